import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { names, type StagePlan } from "#fleet";
import { type ChatName, chatNames } from "../doubles/chat-page/index.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import type { Steps } from "./steps.ts";

/** The road to the chats, as an operator tests it: an alarm is fired by hand, reaches every chat, and recovers there. */
export async function checkAlarmRoad(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const service = plan.services.find(({ alarms }) => alarms.errors5xx.kind === "set");
  if (service === undefined) return;
  const AlarmName = names.alarm(plan.stage, service.key, "errors5xx");
  const cloudWatch = new CloudWatchClient(clientSettings(fleet.cloud));
  const set = async (StateValue: "ALARM" | "OK") => {
    const before = new Map(chatNames.map((chat) => [chat, versions(fleet, chat, service.key)]));
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: "Fired by hand, as a test." }),
    );
    await untilEach((chat) => versions(fleet, chat, service.key) > (before.get(chat) ?? 0));
  };
  const raised = await steps.attempt("alarm:raised", `Alarm ${AlarmName}`, async () => {
    await set("ALARM");
    return `a card in ${chatNames.join(", ")}`;
  });
  if (!raised) return;
  await steps.attempt("alarm:recovered", "Its recovery", async () => {
    const before = threaded.map((chat) => threads(fleet, chat, service.key));
    await set("OK");
    const begun = threaded.filter((chat, index) => threads(fleet, chat, service.key) !== before[index]);
    if (begun.length > 0) throw new Error(`${begun.join(", ")} began a new thread for the recovery.`);
    return `in ${chatNames.join(", ")}; where there are threads, in the alarm's own`;
  });
}

/** The two chats whose messages can answer one another. */
const threaded = ["slack-bot", "google-chat"] as const satisfies readonly ChatName[];

function threads(fleet: LocalFleet, chat: ChatName, service: string): number {
  return new Set(cards(fleet, chat, service).map(({ thread }) => thread)).size;
}

/** Messages about the service, each edit counted. */
function versions(fleet: LocalFleet, chat: ChatName, service: string): number {
  return cards(fleet, chat, service).reduce((sum, { edits }) => sum + 1 + edits, 0);
}

/** Other news may come at the same time, such as that a secret has settled. A card on alarms begins with its service. */
function cards({ chats }: LocalFleet, chat: ChatName, service: string) {
  return chats.list(chat).filter(({ payload }) => JSON.stringify(payload).includes(`${service}: `));
}

async function untilEach(reached: (chat: ChatName) => boolean): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const silent = chatNames.filter((chat) => !reached(chat));
    if (silent.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Nothing came to ${silent.join(", ")} in 90 s.`);
    await sleep(200);
  }
}
