import type { Severity } from "#fleet/definition.ts";
import { isWaking } from "#fleet/waking.ts";
import { contributorMark, type Incident, type Phase } from "../incident/incident.ts";
import { metricsOf, type Watch } from "../incident/watch.ts";

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
  const subject = contributor === undefined ? arn : `${arn}${contributorMark}${contributor}`;
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
const nameLimit = 300;

/** What a dimension, or a tag, of an alarm is called that names a service of the map by its key. */
export const serviceLabel = "mcp-service";

/**
 * The map's key of the service an alarm is about. A dimension of a metric says so: the target group
 * `targetgroup/<stage>-mcp-<dashed>-tg/…`, the service or the task's family as ECS names it, the log group
 * `/ecs/<stage>/mcp/<key>`, or `mcp-service`; else the alarm's name, `<stage>-mcp-<dashed>-<alarm>`.
 */
export function serviceOf(watch: Watch, alarmName: string): string | undefined {
  for (const { dimensions } of metricsOf(watch)) {
    const found = serviceOfDimensions(dimensions);
    if (found !== undefined) return found;
  }
  if (watch.kind === "log") return watch.groups.map(serviceOfLogGroup).find((service) => service !== undefined);
  if (watch.kind === "composite") {
    // By its rule, which its end has as well, not by the alarms that set it off.
    const names = [...watch.rule.slice(0, 10_240).matchAll(/"([^"]{1,300})"|\(([\w.:/-]{1,300})\)/g)];
    const services = new Set(names.map(([, quoted, bare = ""]) => serviceOfAlarmName(quoted ?? bare)));
    return services.size === 1 ? [...services][0] : undefined;
  }
  return serviceOfAlarmName(alarmName);
}

function serviceOfDimensions(dimensions: Readonly<Record<string, string>>): string | undefined {
  const named = dimensions[serviceLabel];
  if (named !== undefined && /^[a-z][a-z0-9_-]{0,60}$/.test(named)) return named.replaceAll("-", "_");
  const targetGroup = /^targetgroup\/[a-z0-9-]+?-mcp-([a-z0-9-]+)-tg\//.exec(
    dimensions.TargetGroup?.slice(0, nameLimit) ?? "",
  )?.[1];
  return (
    targetGroup?.replaceAll("-", "_") ??
    serviceOfEcs(dimensions.ServiceName ?? "") ??
    serviceOfEcs(dimensions.TaskDefinitionFamily ?? "") ??
    serviceOfLogGroup(dimensions.LogGroupName ?? "")
  );
}

const fleetAlarm =
  /^([a-z0-9-]+?)-mcp-([a-z0-9-]+)-(?:unhealthyHosts|healthyHosts|errors5xx|latency\w+|failedRequests\w*|slowRequests|memoryUsed|cpuUsed|probe)$/;

function serviceOfAlarmName(name: string): string | undefined {
  return fleetAlarm.exec(name.slice(0, nameLimit))?.[2]?.replaceAll("-", "_");
}

/** The stage whose alarm this is; `undefined` for one that no fleet made. */
export function stageOfAlarm(name: string): string | undefined {
  return fleetAlarm.exec(name.slice(0, nameLimit))?.[1];
}

function serviceOfLogGroup(name: string): string | undefined {
  return /^\/ecs\/[a-z0-9-]+\/mcp\/([a-z0-9_]+)$/.exec(name.slice(0, nameLimit))?.[1];
}

/** `<stage>-mcp-<dashed>` as the map's key. */
export function serviceOfEcs(name: string): string | undefined {
  return /^[a-z0-9-]+?-mcp-([a-z0-9-]+)$/.exec(name.slice(0, nameLimit))?.[1]?.replaceAll("-", "_");
}
