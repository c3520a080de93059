import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { names, type ServicePlan } from "#fleet";
import { isAwsError, notDeployed } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readEcsService } from "../status/read.ts";
import { pollMs, waitFor } from "../wait.ts";

/** @param waitMs how long to wait for so many to run; `undefined` does not wait */
export async function scale(
  stage: Stage,
  service: ServicePlan,
  tasks: number,
  waitMs: number | undefined,
): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const before = await readEcsService(stage, service);
  if (before.desired === tasks && before.running === tasks) {
    terminal.print(`${service.key} has ${tasks} of ${tasks} tasks: nothing was changed.`);
    return 0;
  }
  await update(stage, service, tasks);
  terminal.print(`${service.key} goes from ${before.desired} to ${tasks} tasks.`);
  if (tasks !== service.desiredCount)
    terminal.note(
      `fleet.config.ts has ${service.desiredCount}: a deploy that changes the service goes back to that. For good, set services.${service.key}.desiredCount.`,
    );
  if (waitMs === undefined) return 0;
  let running = before.running;
  await waitFor(
    async () => {
      ({ running } = await readEcsService(stage, service));
      return running === tasks ? true : undefined;
    },
    {
      everyMs: pollMs(plan),
      atMostMs: waitMs,
      signal: stage.signal,
      until: `${tasks} tasks of ${service.key} to run: see fleet status, and fleet events ${service.key}`,
      progress: { terminal, describe: () => `${service.key}: ${running} of ${tasks} tasks run` },
      meanwhile: `${service.key} goes on to ${tasks} tasks: fleet status shows the progress.`,
    },
  );
  terminal.print(`${service.key} runs ${tasks} ${tasks === 1 ? "task" : "tasks"}.`);
  return 0;
}

async function update({ plan, aws }: Stage, { key }: ServicePlan, desiredCount: number): Promise<void> {
  const command = new UpdateServiceCommand({
    cluster: names.cluster(plan.stage),
    service: names.service(plan.stage, key),
    desiredCount,
  });
  await aws
    .client(ECSClient)
    .send(command)
    .catch((error: unknown) => {
      if (isAwsError(error, "ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"))
        throw new Failure(notDeployed(plan));
      throw error;
    });
}
