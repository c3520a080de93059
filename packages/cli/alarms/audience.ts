import { openMute } from "#chat/decide/mute.ts";
import { groupOfAlarm, matches } from "#chat/decide/route.ts";
import { isRoadTest, roadTestGroup } from "#chat/incident/road-test.ts";
import { severityOf } from "#chat/parse/alarm.ts";
import { receiverTitles } from "#chat/receivers/title.ts";
import { type ChatPlan, names, partitionOf, type StagePlan } from "#fleet";
import { findSecret } from "../secrets/read.ts";
import { keyStates, readKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";
import type { AlarmFacts } from "./read.ts";
import { readSubscribers } from "./subscribers.ts";

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

/** A destination whose address or token is not in the chat secret yet, or whose mail nobody has confirmed. */
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
  const asked = wanted.map(async (name): Promise<Unaddressed | undefined> => {
    const destination = destinations[name];
    if (destination?.receiver === "email") {
      const subscribers = (await readSubscribers(stage, mailTopicOf(stage.plan, name))) ?? [];
      return subscribers.some(({ confirmed }) => confirmed) ? undefined : { destination: name, remedy: confirmRemedy };
    }
    const key = destination?.key ?? "";
    return states.get(key) === "set" ? undefined : { destination: name, remedy: `fleet secrets set ${secret} ${key}` };
  });
  const unaddressed = (await Promise.all(asked)).filter((one) => one !== undefined);
  return { ready: wanted.filter((name) => unaddressed.every(({ destination }) => destination !== name)), unaddressed };
}

/** The topic that a destination's mails go by. */
export function mailTopicOf({ region, account, stage }: StagePlan, destination: string): string {
  return `arn:${partitionOf(region)}:sns:${region}:${account}:${names.mailTopic(stage, destination)}`;
}

/** AWS asks once; who did not answer within two days is asked again where the address is new to the topic. */
export const confirmRemedy =
  'Open the link in the mail "AWS Notification - Subscription Confirmation"; after two days, deploy without the address, and with it again.';

/** For people: `slack (Slack bot), teams (Microsoft Teams)`. */
export function nameDestinations({ destinations }: ChatPlan, names: readonly string[]): string {
  const titled = names.map((name) => {
    const receiver = destinations[name]?.receiver;
    return receiver === undefined ? name : `${name} (${receiverTitles[receiver]})`;
  });
  return titled.join(", ");
}
