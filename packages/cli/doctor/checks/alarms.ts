import type { Mute } from "#chat/record/mute-table.ts";
import { alarmNames, names, rateNames } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { describeMute, readMutes } from "../../alarms/mutes.ts";
import { type AlarmFacts, isChatAlarm } from "../../alarms/read.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

export const alarms: Check = {
  id: "alarms",
  ok: "Every alarm of the map is active and would notify somebody.",
  async look({ stage, alarms: reading }) {
    const { plan } = stage;
    const found = new Map((await reading).map((alarm) => [alarm.name, alarm]));
    const balancers = plan.balancerErrors.kind === "set" ? plan.shards : 0;
    const wanted = [
      ...plan.services.flatMap(({ key, alarms: of, rates }) =>
        [
          ...alarmNames.filter((name) => of[name].kind === "set"),
          ...rateNames.filter((name) => rates[name].kind === "set"),
        ].map((name) => names.alarm(plan.stage, key, name)),
      ),
      ...Array.from({ length: balancers }, (_, index) => names.balancerAlarm(plan.stage, index + 1)),
    ];
    const missing = wanted.filter((name) => !found.has(name));
    const own = wanted.flatMap((name) => found.get(name) ?? []);
    const watching = [...own, ...[...found.values()].filter(({ name }) => isChatAlarm(name))];
    const muted = watching.filter((alarm) => alarm.muted);
    const silent = own.filter(({ actions }) => actions.length === 0).map(({ name }) => name);
    const deploy = howToDeploy(plan);
    const findings: Finding[] = [];
    if (missing.length > 0) findings.push(failure(`Alarms are missing: ${missing.join(", ")}.`, deploy));
    if (silent.length > 0) findings.push(failure(`Alarms have no action: ${silent.join(", ")}.`, deploy));
    return [...findings, ...judgeMuted(muted), ...judgeMutes(await readMutes(stage), Date.now())];
  },
};

export function judgeMutes(mutes: readonly Mute[], now: number): readonly Finding[] {
  return mutes.map((mute) => warning(`${describeMute(mute, now)}.`, `fleet alarms mute ${mute.target} --off`));
}

/** What others silenced in CloudWatch: one line for the alarms of a service, however many they are. */
export function judgeMuted(muted: readonly AlarmFacts[]): readonly Finding[] {
  const owners = Map.groupBy(muted, ({ service, name }) => service ?? name);
  return [...owners].map(([owner, of]) => {
    const kinds = of.flatMap(({ kind }) => kind ?? []);
    const which = kinds.length === 0 ? owner : `${owner}, ${kinds.join(", ")}`;
    return warning(
      `Alarms have their actions disabled, so that nobody is told: ${which}.`,
      `fleet alarms mute ${owner} --off`,
    );
  });
}
