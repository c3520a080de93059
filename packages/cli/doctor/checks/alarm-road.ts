import { names } from "#fleet";
import { type AlarmFacts, isChatAlarm, readAlarms } from "../../alarms/read.ts";
import { readSubscribers, type Subscriber } from "../../alarms/subscribers.ts";
import { type Check, type Finding, failure, skipped, warning } from "../check.ts";
import { tryRoad } from "../road.ts";

/**
 * From an alarm to somebody: the topic it names is there, somebody is subscribed, and, where the map tells chats, an
 * alarm that is set off now arrives in every one of them. Nothing is sent into a road that is known to be broken.
 */
export const alarmRoad: Check = {
  id: "alarm-road",
  well: "The topic of the alarms has subscribers; the map tells no chat.",
  async look(examination, report) {
    const { stage, testAlarm } = examination;
    const alarms = await readAlarms(stage);
    const topics = [...new Set(alarms.flatMap(({ actions }) => actions))].filter((arn) =>
      arn.startsWith("arn:aws:sns:"),
    );
    const subscribed = await Promise.all(
      topics.map(async (topic) => judgeSubscribers(topic, await readSubscribers(stage, topic), stage.plan.stage)),
    );
    const seen = [...subscribed.flat(), ...judgeChatAlarms(alarms)];
    const { chat } = stage.plan;
    if (seen.some(({ verdict }) => verdict === "failure")) return seen;
    if (chat === undefined || Object.keys(chat.destinations).length === 0) return seen;
    if (testAlarm === "declined") return [...seen, skipped("No test alarm was sent: --no-test-alarm.")];
    const alarm = alarms.find(({ name }) => name === names.alarmRoad(stage.plan.stage));
    return [...seen, ...(await tryRoad(examination, chat, alarm, report))];
  },
};

/** The road from the topic to the chats has alarms of its own, which are told by mail. */
export function judgeChatAlarms(alarms: readonly AlarmFacts[]): readonly Finding[] {
  return alarms
    .filter(({ service, name, state }) => service === undefined && isChatAlarm(name) && state === "ALARM")
    .map(({ name, reason }) =>
      failure(
        `Messages do not reach the chats: ${name} is in ALARM (${reason}).`,
        "The log of alarm-to-chat says why.",
      ),
    );
}

/** @param subscribers `undefined` where there is no such topic */
export function judgeSubscribers(
  topic: string,
  subscribers: readonly Subscriber[] | undefined,
  stage: string,
): readonly Finding[] {
  const deploy = `npx sst deploy --stage ${stage}`;
  if (subscribers === undefined) return [failure(`Alarms go to ${topic}, which does not exist.`, deploy)];
  if (!subscribers.some(({ confirmed }) => confirmed))
    return [
      failure(`Nobody is subscribed to ${topic}: alarms end there.`, `Set \`chat\` in fleet.config.ts, then ${deploy}`),
    ];
  return subscribers
    .filter(({ confirmed }) => !confirmed)
    .map(({ protocol, endpoint }) =>
      warning(
        `${protocol} ${endpoint} has not confirmed its subscription to ${topic}.`,
        "Confirm it by the link in its mail.",
      ),
    );
}
