import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from "@aws-sdk/client-sns";
import { type AlarmFacts, readAlarms } from "../../alarms/read.ts";
import { orMissing } from "../../aws.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

/** From an alarm to somebody: the topic it names is there, and somebody is subscribed. `fleet alarms test` goes it. */
export const alarmRoad: Check = {
  id: "alarm-road",
  well: "The topic of the alarms has subscribers.",
  async look({ stage }) {
    const alarms = await readAlarms(stage);
    const topics = [...new Set(alarms.flatMap(({ actions }) => actions))];
    const client = stage.aws.client(SNSClient);
    const findings = await Promise.all(
      topics
        .filter((arn) => arn.startsWith("arn:aws:sns:"))
        .map(async (TopicArn) => {
          const command = new ListSubscriptionsByTopicCommand({ TopicArn });
          const answer = await orMissing(client.send(command), "NotFoundException", "NotFound");
          return judgeSubscriptions(TopicArn, answer?.Subscriptions, stage.plan.stage);
        }),
    );
    return [...findings.flat(), ...judgeChatAlarms(alarms)];
  },
};

/** The road from the topic to the chats has alarms of its own, which are told by mail. */
export function judgeChatAlarms(alarms: readonly AlarmFacts[]): readonly Finding[] {
  return alarms
    .filter(({ service, name, state }) => service === undefined && name.includes("-chat-") && state === "ALARM")
    .map(({ name, reason }) =>
      failure(
        `Messages do not reach the chats: ${name} is in ALARM (${reason}).`,
        "The log of alarm-to-chat says why.",
      ),
    );
}

/** @param subscriptions `undefined` where there is no such topic */
export function judgeSubscriptions(
  topic: string,
  subscriptions: readonly Subscription[] | undefined,
  stage: string,
): readonly Finding[] {
  const deploy = `npx sst deploy --stage ${stage}`;
  if (subscriptions === undefined) return [failure(`Alarms go to ${topic}, which does not exist.`, deploy)];
  const confirmed = subscriptions.filter(({ SubscriptionArn = "" }) => SubscriptionArn.startsWith("arn:"));
  if (confirmed.length === 0)
    return [
      failure(`Nobody is subscribed to ${topic}: alarms end there.`, `Set \`chat\` in fleet.config.ts, then ${deploy}`),
    ];
  const waiting = subscriptions.filter((one) => !confirmed.includes(one));
  return waiting.map(({ Protocol, Endpoint }) =>
    warning(
      `${Protocol} ${Endpoint} has not confirmed its subscription to ${topic}.`,
      "Confirm it by the link in its mail.",
    ),
  );
}
