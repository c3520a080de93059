import { openMute } from "#chat/decide/mute.ts";
import { groupOfAlarm, matches } from "#chat/decide/route.ts";
import { isRoadTest, roadTestGroup } from "#chat/incident/road-test.ts";
import { severityOf } from "#chat/parse/alarm.ts";
import { receiverTitles } from "#chat/receivers/title.ts";
import type { ChatPlan } from "#fleet";
import { findSecret } from "../secrets/read.ts";
import { keyStates, readKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";
import type { AlarmFacts } from "./read.ts";

/** Who is notified of an alarm, according to the map. */
export interface Audience {
  /** The conversation it belongs to in the chats. */
  readonly group: string;
  /** Names of the map's destinations. */
  readonly destinations: readonly string[];
  /** Why nobody is notified now, while a mute window is open. */
  readonly mutedFor: string | undefined;
}

/** @param now milliseconds since the epoch */
export function audienceOf({ destinations, routes, mutes }: ChatPlan, alarm: AlarmFacts, now: number): Audience {
  if (isRoadTest(alarm.name))
    return { group: roadTestGroup, destinations: Object.keys(destinations), mutedFor: undefined };
  const about = { service: alarm.service, severity: severityOf(alarm) };
  const matching = routes.filter((route) => matches(route, about.service, about.severity));
  return {
    group: groupOfAlarm(alarm.name, alarm.service),
    destinations: [...new Set(matching.flatMap(({ to }) => to))],
    mutedFor: openMute(mutes, about, now)?.reason,
  };
}

/** A destination whose address or token is not in the chat secret yet. */
export interface Unaddressed {
  readonly destination: string;
  /** The command that fixes it. */
  readonly remedy: string;
}

/** Splits these destinations into those that have an address and those that have none. */
export async function readAddresses(
  stage: Stage,
  { secret, destinations }: ChatPlan,
  wanted: readonly string[],
): Promise<{ readonly ready: readonly string[]; readonly unaddressed: readonly Unaddressed[] }> {
  const plan = findSecret(stage.plan, secret);
  const states = new Map(keyStates(plan, await readKeys(stage, plan)));
  const keyOf = (name: string) => destinations[name]?.key ?? "";
  const ready = wanted.filter((name) => states.get(keyOf(name)) === "set");
  return {
    ready,
    unaddressed: wanted
      .filter((name) => !ready.includes(name))
      .map((destination) => ({ destination, remedy: `fleet secrets set ${secret} ${keyOf(destination)}` })),
  };
}

/** For people: `slack (Slack bot), teams (Microsoft Teams)`. */
export function nameDestinations({ destinations }: ChatPlan, names: readonly string[]): string {
  const titled = names.map((name) => {
    const receiver = destinations[name]?.receiver;
    return receiver === undefined ? name : `${name} (${receiverTitles[receiver]})`;
  });
  return titled.join(", ");
}
