import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { names } from "#fleet";
import type { ReportOptions } from "./report.ts";
import { reasonOf, showLines, wrap } from "./shown-lines.ts";
import { describeUndone, readReleaseAlarms, undoneIn } from "./undone.ts";

/** Of what a task wrote last, what may say why; all of it where nothing does. */
const telling = /error|exception|fatal|panic|traceback/i;

/**
 * Why a release was taken back by an alarm, in lines of at most 80 columns: the alarm and since when it rings, the last
 * error lines of the release's tasks, and what to do next. `undefined` if none was. Never throws for what these
 * credentials may not read.
 */
export async function reportUndoneRelease(options: ReportOptions): Promise<readonly string[] | undefined> {
  const { plan, service, settings, since } = options;
  const clients = { ecs: new ECSClient(settings), cloudWatch: new CloudWatchClient(settings) };
  try {
    const command = new DescribeServicesCommand({
      cluster: names.cluster(plan.stage),
      services: [names.service(plan.stage, service.key)],
    });
    const [described] = (await clients.ecs.send(command)).services ?? [];
    const undone = described && undoneIn(described, Date.now());
    if (undone === undefined || undone.at < since) return undefined;
    const ringing = await readReleaseAlarms(clients.cloudWatch, plan, service);
    const task = await lastTaskOf(clients.ecs, options, undone.deployment);
    return [
      ...wrap(`✘ ${service.key} was rolled back: ${describeUndone(ringing)}. What ran before serves again.`, "  "),
      ...ringing.flatMap(({ name, since: rings, reason }) =>
        wrap(`  Alarm ${name} rings since ${clockTime(rings)}: ${reason}`, "    "),
      ),
      ...(task === undefined ? [] : await showLines(options, { id: task, container: service.key }, errorsAmong)),
      `  → ./fleet logs ${service.key} --stage ${plan.stage} --since 1h`,
    ];
  } catch (error) {
    return wrap(`✘ ${service.key} was rolled back by an alarm; why is unknown: ${reasonOf(error)}`, "  ");
  } finally {
    clients.ecs.destroy();
    clients.cloudWatch.destroy();
  }
}

function clockTime(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}

function errorsAmong(lines: readonly string[]): readonly string[] {
  const errors = lines.filter((line) => telling.test(line));
  return errors.length > 0 ? errors : lines;
}

/** It may still be running: ECS stops it once what ran before is back. */
async function lastTaskOf(
  ecs: ECSClient,
  { plan, service }: ReportOptions,
  deployment: string,
): Promise<string | undefined> {
  const cluster = names.cluster(plan.stage);
  const family = names.taskFamily(plan.stage, service.key);
  const listed = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
      ecs.send(new ListTasksCommand({ cluster, family, desiredStatus })),
    ),
  );
  const arns = listed.flatMap(({ taskArns = [] }) => taskArns).slice(0, 100);
  if (arns.length === 0) return undefined;
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }));
  const [last] = tasks
    .filter(({ startedBy }) => startedBy === deployment)
    .toSorted((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0));
  return last?.taskArn?.split("/").at(-1);
}
