import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ServicePlan, StagePlan } from "#fleet";
import { type Cause, causeOf, describeCause, describeReason, readHealthFinding, remedyOf } from "./cause.ts";
import { type FailedTask, readFailedTasks } from "./failed-task.ts";
import { readLastLines } from "./last-lines.ts";
import { readMask } from "./mask.ts";
import { printable } from "./printable.ts";

/** How AWS is reached; every client takes it. */
export type AwsSettings = Pick<CloudWatchLogsClientConfig, "region" | "credentials" | "endpoint" | "profile">;

export interface ReportOptions {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
  readonly settings: AwsSettings;
  /** Failures before this are another deploy's; milliseconds since the epoch. */
  readonly since: number;
}

const columns = 80;
/** Longer lines are cut here. */
const longest = 300;

/**
 * Why a service did not start, in lines of at most 80 columns: how its last task ended, the last lines it wrote
 * with secrets masked, and what to do next. `undefined` if no task of it failed. Never throws for what these
 * credentials may not read: the report mentions it.
 */
export async function reportFailedStart(options: ReportOptions): Promise<readonly string[] | undefined> {
  const { plan, service, settings, since } = options;
  const ecs = new ECSClient(settings);
  try {
    const failed = (await readFailedTasks(ecs, plan, service)).filter(({ stoppedAt }) => stoppedAt >= since);
    const [last] = failed;
    if (last === undefined) return undefined;
    const cause = causeOf(last, await readHealthFinding(ecs, plan, service, last));
    return [
      ...headline(service, cause, last, failed.length),
      ...(await showLines(options, last)),
      ...goOn(plan, service, cause),
    ];
  } catch (error) {
    return [...wrap(`✘ ${service.key}: why it did not start is unknown: ${reasonOf(error)}`, "  ")];
  } finally {
    ecs.destroy();
  }
}

function headline(service: ServicePlan, cause: Cause, last: FailedTask, count: number): readonly string[] {
  const which = count === 1 ? "Task" : `${count} tasks failed; the last one,`;
  return [
    ...wrap(`✘ ${service.key} did not start: ${describeCause(cause, service)}`, "  "),
    ...wrap(`  ${which} ${last.id.slice(0, 8)}: ${describeReason(last)}`, "  "),
  ];
}

async function showLines({ plan, service, settings }: ReportOptions, task: FailedTask): Promise<readonly string[]> {
  const logs = new CloudWatchLogsClient(settings);
  const secrets = new SecretsManagerClient(settings);
  try {
    const lines = await readLastLines(logs, plan, service, task);
    if (lines.length === 0) return ["  It logged nothing."];
    const mask = await readMask(secrets, plan, service);
    return [`  Its last ${lines.length === 1 ? "line" : `${lines.length} lines`}:`, ...mask(lines).flatMap(logLine)];
  } catch (error) {
    return wrap(`  Its last lines are not shown: they cannot be read and masked here. ${reasonOf(error)}`, "  ");
  } finally {
    logs.destroy();
    secrets.destroy();
  }
}

function logLine(line: string): readonly string[] {
  const text = printable(line);
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const width = columns - 4;
  const rows = Math.max(1, Math.ceil(shown.length / width));
  return Array.from({ length: rows }, (_, row) => `  | ${shown.slice(row * width, (row + 1) * width)}`.trimEnd());
}

function goOn(plan: StagePlan, service: ServicePlan, cause: Cause): readonly string[] {
  const remedy = remedyOf(cause, service, plan);
  return [
    ...(remedy === undefined ? [] : wrap(`  → ${remedy}`, "    ")),
    `  → ./fleet logs ${service.key} --stage ${plan.stage} --since 1h`,
  ];
}

/** Breaks at spaces, and within what has none. */
function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    const at = space > indent.length ? space : columns;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** The missing permission, or the error's name: AWS's own words on secrets never hold a value. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const action = /not authorized to perform: (\S+)/.exec(error.message)?.[1];
  return action === undefined ? `(${error.name})` : `These credentials lack ${action}.`;
}
