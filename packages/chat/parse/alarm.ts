import type { Severity } from "#fleet/definition.ts";
import { isWaking } from "#fleet/waking.ts";
import type { Incident, Phase, Watch } from "../incident/incident.ts";

const phases: Readonly<Record<string, Phase>> = { ALARM: "firing", OK: "resolved", INSUFFICIENT_DATA: "no-data" };

/** A state CloudWatch does not have today is posted once, as a notice. */
export function phaseOf(state: string): Phase {
  return phases[state] ?? "notice";
}

/** What identifies an alarm, or one contributor of it, and this change. */
export function identityOf(
  arn: string,
  state: string,
  at: number,
  contributor: string | undefined,
): Pick<Incident, "subject" | "change"> {
  const subject = contributor === undefined ? arn : `${arn}#${contributor}`;
  return { subject, change: `${subject}@${state}@${at}` };
}

export function severityOfChange(watch: Watch, phase: Phase, description: string | null | undefined): Severity {
  if (phase === "no-data") return "warning";
  return severityOf({ wakes: isWaking(description ?? ""), metric: watch.kind === "metric" ? watch.metric : undefined });
}

/**
 * What wakes people is critical. An alarm from elsewhere does not say: there it is a service without healthy tasks, and
 * failed requests, which affect users at once.
 */
export function severityOf({
  wakes,
  metric,
}: {
  readonly wakes: boolean | undefined;
  readonly metric: string | undefined;
}): Severity {
  return (wakes ?? /^HealthyHostCount$|_5XX_Count$/.test(metric ?? "")) ? "critical" : "warning";
}

/** Longer than any name AWS accepts: keeps matching fast on text that is not a name. */
export const nameLimit = 300;

/**
 * The map's key of the service an alarm is about: from its target group, `targetgroup/<stage>-mcp-<dashed>-tg/…`, else
 * from its name, `<stage>-mcp-<dashed>-<alarm>`.
 */
export function serviceOf(watch: Watch, alarmName: string): string | undefined {
  const targetGroup = watch.kind === "metric" ? watch.dimensions.TargetGroup : undefined;
  const dashed =
    /^targetgroup\/[a-z0-9-]+?-mcp-([a-z0-9-]+)-tg\//.exec(targetGroup?.slice(0, nameLimit) ?? "")?.[1] ??
    /^[a-z0-9-]+?-mcp-([a-z0-9-]+)-(?:unhealthyHosts|healthyHosts|errors5xx|latency\w+|failedRequests|slowRequests)$/.exec(
      alarmName.slice(0, nameLimit),
    )?.[1];
  return dashed?.replaceAll("-", "_");
}
