import { ECSClient } from "@aws-sdk/client-ecs";
import type { ServicePlan, StagePlan } from "#fleet";
import { type Cause, causeOf, describeCause, describeReason, readHealthFinding, remedyOf } from "./cause.ts";
import { type FailedTask, readFailedTasks } from "./failed-task.ts";
import { type AwsSettings, reasonOf, showLines, wrap } from "./shown-lines.ts";

export interface ReportOptions {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
  readonly settings: AwsSettings;
  /** Failures before this are another deploy's; milliseconds since the epoch. */
  readonly since: number;
}

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

function goOn(plan: StagePlan, service: ServicePlan, cause: Cause): readonly string[] {
  const remedy = remedyOf(cause, service, plan);
  return [
    ...(remedy === undefined ? [] : wrap(`  → ${remedy}`, "    ")),
    `  → ./fleet logs ${service.key} --stage ${plan.stage} --since 1h`,
  ];
}
