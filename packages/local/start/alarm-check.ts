import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { type ChatName, chatNames } from "../doubles/chat-page/index.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import type { Steps } from "./steps.ts";

/**
 * The road to the chats, from the balancer's own metrics: a service is left without tasks, its alarm goes off and is
 * a card in every chat; its tasks come back, and so does the word that it is over.
 */
export async function checkAlarmRoad(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const service = plan.services.findLast(
    ({ alarms, desiredCount }) => alarms.healthyHosts.kind === "set" && desiredCount > 0,
  );
  if (service === undefined) return;
  const alarm = names.alarm(plan.stage, service.key, "healthyHosts");
  const raised = await steps.attempt("alarm:raised", `Alarm ${alarm}`, async () => {
    const told = (chat: ChatName) => count(fleet, chat, new RegExp(`${service.key}: Healthy tasks`));
    const before = new Map(chatNames.map((chat) => [chat, told(chat)]));
    await setTaskCount(fleet, plan, service, 0);
    await untilEach((chat) => told(chat) > (before.get(chat) ?? 0));
    return `a card in ${chatNames.join(", ")}`;
  });
  await setTaskCount(fleet, plan, service, service.desiredCount);
  if (!raised) return;
  await steps.attempt("alarm:recovered", "Its recovery", async () => {
    const before = threaded.map((chat) => threads(fleet, chat, service));
    await untilEach((chat) => count(fleet, chat, new RegExp(`Recovered: ${service.key}: Healthy tasks`)) > 0);
    const begun = threaded.filter((chat, index) => threads(fleet, chat, service) !== before[index]);
    if (begun.length > 0) throw new Error(`${begun.join(", ")} began a new thread for the recovery.`);
    return `in ${chatNames.join(", ")}; where there are threads, in the alarm's own`;
  });
}

async function setTaskCount(
  { cloud }: LocalFleet,
  plan: StagePlan,
  { key }: ServicePlan,
  count: number,
): Promise<void> {
  const ecs = new ECSClient(clientSettings(cloud));
  const service = names.service(plan.stage, key);
  await ecs.send(new UpdateServiceCommand({ cluster: names.cluster(plan.stage), service, desiredCount: count }));
}

/** Messages with these words, each edit counted. */
function count({ chats }: LocalFleet, chat: ChatName, words: RegExp): number {
  const found = chats.list(chat).filter(({ payload }) => words.test(JSON.stringify(payload)));
  return found.reduce((sum, { edits }) => sum + 1 + edits, 0);
}

/** The two chats whose messages can answer one another. */
const threaded = ["slack-bot", "google-chat"] as const satisfies readonly ChatName[];

/** Other news may come at the same time, such as that a secret has settled. A card on alarms begins with its service. */
function threads({ chats }: LocalFleet, chat: ChatName, { key }: ServicePlan): number {
  const cards = chats.list(chat).filter(({ payload }) => JSON.stringify(payload).includes(`${key}: `));
  return new Set(cards.map(({ thread }) => thread)).size;
}

function untilEach(reached: (chat: ChatName) => boolean): Promise<void> {
  return poll(() => {
    const silent = chatNames.filter((chat) => !reached(chat));
    return silent.length === 0 ? undefined : `nothing came to ${silent.join(", ")}`;
  }, 120_000);
}
