import type { AlarmFacts } from "../../alarms/read.ts";
import { type Check, type Finding, warning } from "../check.ts";

/** FIX-1: a number nobody measured goes off all the time, or never. */
export const alarmThresholds: Check = {
  id: "alarm-thresholds",
  ok: "Every alarm's threshold was chosen or measured.",
  look: async ({ alarms }) => judgeThresholds(await alarms),
};

export function judgeThresholds(alarms: readonly AlarmFacts[]): readonly Finding[] {
  const open = Map.groupBy(
    alarms.filter(({ basis }) => basis === "placeholder"),
    ({ service, name }) => service ?? name,
  );
  const kindsOf = (of: readonly AlarmFacts[]) => of.map(({ kind, name }) => kind ?? name).join(", ");
  return [...Map.groupBy(open, ([, of]) => kindsOf(of))].map(([kinds, services]) =>
    warning(
      `${services.map(([service]) => service).join(", ")}: the thresholds of ${kinds} are placeholders.`,
      "The function tune-alarms measures them once a week, from traffic, and the next deploy applies them.",
    ),
  );
}
