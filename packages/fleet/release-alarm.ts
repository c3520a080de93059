import { isBurnWindow } from "./burn-window.ts";
import { names } from "./names.ts";
import type { ServicePlan } from "./plan.ts";

/** What ECS watches while it brings out a release or a new value of a secret: it goes back when one of them rings. */
export const releaseAlarms = ["releaseErrors", "releaseHosts"] as const;
export type ReleaseAlarm = (typeof releaseAlarms)[number];

/** Who declines an alarm on failed requests, or on unhealthy hosts, does not want a release judged by them either. */
export function releaseAlarmsOf({ rates, alarms }: Pick<ServicePlan, "rates" | "alarms">): readonly ReleaseAlarm[] {
  const decisions = { releaseErrors: rates.failedRequests, releaseHosts: alarms.unhealthyHosts };
  return releaseAlarms.filter((alarm) => decisions[alarm].kind === "set");
}

export function releaseAlarmNames(stage: string, service: ServicePlan): readonly string[] {
  return releaseAlarmsOf(service).map((alarm) => names.alarm(stage, service.key, alarm));
}

const ofAService = new RegExp(`-(?:${releaseAlarms.join("|")})$`);

/** By itself it notifies nobody: it is a part of another alarm, or for ECS alone. */
export function isSilent(alarmName: string): boolean {
  return isBurnWindow(alarmName) || ofAService.test(alarmName);
}
