import { names, type StagePlan } from "#fleet";
import { howToDeploy, type Place } from "#fleet/deploying.ts";
import { confirmRemedy, mailTopicOf } from "../../alarms/audience.ts";
import { type AlarmFacts, isChatAlarm } from "../../alarms/read.ts";
import { readSubscribers, type Subscriber } from "../../alarms/subscribers.ts";
import { type Check, type Finding, failure, skipped, warning } from "../check.ts";
import { tryRoad } from "../road.ts";

/**
 * From an alarm to people: the topic it names exists, has subscribers, and, if the map has chats, an
 * alarm set off now arrives in every one of them. Nothing is sent down a road that is known to be broken.
 */
export const alarmRoad: Check = {
  id: "alarm-road",
  ok: "The alarm topic has subscribers; the map has no chats.",
  async look(examination, report) {
    const { stage, testAlarm } = examination;
    const alarms = await examination.alarms;
    const topics = [...new Set(alarms.flatMap(({ actions }) => actions))].filter((arn) =>
      /^arn:aws[\w-]*:sns:/.test(arn),
    );
    const { chat } = stage.plan;
    const subscribed = await Promise.all(
      topics.map(async (topic) => judgeSubscribers(topic, await readSubscribers(stage, topic), stage.plan)),
    );
    const mail = Object.entries(chat?.destinations ?? {}).map(async ([name, { receiver }]) =>
      receiver === "email"
        ? judgeMail(name, await readSubscribers(stage, mailTopicOf(stage.plan, name)), stage.plan)
        : [],
    );
    const seen = [...subscribed.flat(), ...(await Promise.all(mail)).flat(), ...judgeChatAlarms(alarms)];
    if (seen.some(({ verdict }) => verdict === "failure")) return seen;
    if (chat === undefined || Object.keys(chat.destinations).length === 0) return seen;
    if (testAlarm === "declined") return [...seen, skipped("No test alarm was sent: --no-test-alarm.")];
    const alarm = alarms.find(({ name }) => name === names.alarmRoad(stage.plan.stage));
    return [...seen, ...(await tryRoad(examination, chat, alarm, report))];
  },
};

/** The road from the topic to the chats has alarms of its own, which go out by mail. */
export function judgeChatAlarms(alarms: readonly AlarmFacts[]): readonly Finding[] {
  return alarms
    .filter(({ service, name, state }) => service === undefined && isChatAlarm(name) && state === "ALARM")
    .map(({ name, reason }) =>
      failure(
        `Messages do not reach the chats: ${name} is in ALARM (${reason}).`,
        "The log of alarm-to-chat shows why.",
      ),
    );
}

/** Whoever has not confirmed gets no mail, and nobody else would notice. */
export function judgeMail(
  destination: string,
  subscribers: readonly Subscriber[] | undefined,
  plan: Place,
): readonly Finding[] {
  if (subscribers === undefined) return [failure(`${destination} has no topic to mail by.`, howToDeploy(plan))];
  return subscribers
    .filter(({ confirmed }) => !confirmed)
    .map(({ endpoint }) => warning(`${endpoint} gets no mail of ${destination}: it is not confirmed.`, confirmRemedy));
}

/** @param subscribers `undefined` if there is no such topic */
export function judgeSubscribers(
  topic: string,
  subscribers: readonly Subscriber[] | undefined,
  plan: Place & Pick<StagePlan, "chat">,
): readonly Finding[] {
  const deploy = howToDeploy(plan);
  if (subscribers === undefined) return [failure(`Alarms go to ${topic}, which does not exist.`, deploy)];
  if (!subscribers.some(({ confirmed }) => confirmed)) {
    // Without chats in the map, alarms may end at the topic on purpose.
    const finding = plan.chat === undefined ? warning : failure;
    return [
      finding(`Nobody is subscribed to ${topic}: alarms end there.`, `Set \`chat\` in fleet.config.ts, then ${deploy}`),
    ];
  }
  return subscribers
    .filter(({ confirmed }) => !confirmed)
    .map(({ protocol, endpoint }) =>
      warning(
        `${protocol} ${endpoint} has not confirmed its subscription to ${topic}.`,
        "Confirm it with the link in the mail.",
      ),
    );
}
