import { isBurnWindow } from "./burn-window.ts";
import { names } from "./names.ts";
import type { ServicePlan, StagePlan } from "./plan.ts";

/** What ECS watches while it brings out a release or a new value of a secret: it goes back when one of them rings. */
export const releaseAlarms = ["releaseErrors", "releaseHosts", "releaseProbe"] as const;
export type ReleaseAlarm = (typeof releaseAlarms)[number];

/**
 * Who declines an alarm on failed requests, on unhealthy hosts or of the probe does not want a release judged by it either.
 * A probe that asks less often than each minute judges none: ECS would watch each release for three of its rounds.
 */
export function releaseAlarmsOf(
  { probe }: Pick<StagePlan, "probe">,
  service: Pick<ServicePlan, "rates" | "alarms" | "probe">,
): readonly ReleaseAlarm[] {
  const decisions = {
    releaseErrors: service.rates.failedRequests,
    releaseHosts: service.alarms.unhealthyHosts,
    releaseProbe: probe?.everyMinutes === 1 ? service.probe : undefined,
  };
  return releaseAlarms.filter((alarm) => decisions[alarm]?.kind === "set");
}

export function releaseAlarmNames(plan: StagePlan, service: ServicePlan): readonly string[] {
  return releaseAlarmsOf(plan, service).map((alarm) => names.alarm(plan.stage, service.key, alarm));
}

const ofAService = new RegExp(`-(?:${releaseAlarms.join("|")})$`);

/** By itself it notifies nobody: it is a part of another alarm, or for ECS alone. */
export function isSilent(alarmName: string): boolean {
  return isBurnWindow(alarmName) || ofAService.test(alarmName);
}
