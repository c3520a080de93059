import { alarmNames } from "#fleet";
import { type Check, warning } from "../check.ts";

/** FIX-1: a number nobody measured goes off all the time, or never. */
export const alarmThresholds: Check = {
  id: "alarm-thresholds",
  well: "Every alarm's threshold was chosen or measured.",
  look: async ({ stage: { plan } }) =>
    plan.services.flatMap(({ key, alarms }) => {
      const open = alarmNames.filter((name) => {
        const alarm = alarms[name];
        return alarm.kind === "set" && alarm.basis === "placeholder";
      });
      if (open.length === 0) return [];
      return [
        warning(
          `${key}: the thresholds of ${open.join(", ")} are placeholders.`,
          'Take them from a week of traffic, and write them to `alarms` in fleet.config.ts with basis: "measured".',
        ),
      ];
    }),
};
