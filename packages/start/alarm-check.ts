import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { type ChatName, chatNames } from "@mcp-fleet/endpoint/doubles/chat-page";
import { openMute } from "#chat/decide/mute.ts";
import { matches } from "#chat/decide/route.ts";
import { severityOf } from "#chat/parse/alarm.ts";
import { type ChatPlan, names, type ServicePlan, type StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import type { Steps } from "./steps.ts";

/**
 * The road to the chats, from the balancer's own metrics: a service loses its tasks, its alarm goes off and becomes
 * a card in every chat that the map's routes name; its tasks come back, and the chats get the recovery.
 */
export async function checkAlarmRoad(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const title = "Alarms to chats";
  if (plan.chat === undefined) return steps.leaveOut(title, "the map has no chats");
  const { chat } = plan;
  const watched = plan.services.filter(canRaise).map((service) => ({ service, chats: chatsToldOf(chat, service) }));
  const found = watched.findLast(({ chats }) => chats.length > 0);
  if (found === undefined) return steps.leaveOut(title, "no chat is notified when a service has too few tasks");
  const { service, chats } = found;
  const withinMs = 120_000 + 1_000 * chat.groupWaitSeconds;
  const alarm = names.alarm(plan.stage, service.key, "healthyHosts");
  const raised = await steps.attempt("alarm:raised", `Alarm ${alarm}`, async () => {
    const posted = (name: ChatName) => count(fleet, name, new RegExp(`${service.key}: Healthy tasks`));
    const before = new Map(chats.map((name) => [name, posted(name)]));
    await setTaskCount(fleet, plan, service, 0);
    await untilEach(chats, (name) => posted(name) > (before.get(name) ?? 0), withinMs);
    return `a card in ${chats.join(", ")}`;
  });
  await setTaskCount(fleet, plan, service, service.desiredCount);
  if (!raised) return;
  await steps.attempt("alarm:recovered", "Its recovery", async () => {
    const ownThreads = threaded.filter((name) => chats.includes(name));
    const before = ownThreads.map((name) => threads(fleet, name, service));
    const recovered = new RegExp(`Recovered: ${service.key}: Healthy tasks`);
    await untilEach(chats, (name) => count(fleet, name, recovered) > 0, withinMs);
    const begun = ownThreads.filter((name, index) => threads(fleet, name, service) !== before[index]);
    if (begun.length > 0) throw new Error(`${begun.join(", ")} began a new thread for the recovery.`);
    return `in ${chats.join(", ")}; in the alarm's thread if the chat has threads`;
  });
}

/** Whether its alarm on healthy tasks is quiet now and goes off when the tasks are removed. */
function canRaise({ alarms: { healthyHosts }, desiredCount, localCommand, scaling }: ServicePlan): boolean {
  if (healthyHosts.kind === "declined" || localCommand === undefined || scaling !== undefined) return false;
  return healthyHosts.threshold > 0 && desiredCount >= healthyHosts.threshold;
}

/**
 * The chats that get it now. A bot whose API address has no key in the map posts to Slack itself, out of reach here.
 */
function chatsToldOf({ destinations, routes, mutes }: ChatPlan, { key, alarms }: ServicePlan): readonly ChatName[] {
  const { healthyHosts } = alarms;
  const wakes = healthyHosts.kind === "set" ? healthyHosts.wakes : undefined;
  const severity = severityOf({ wakes, metric: "HealthyHostCount" });
  if (openMute(mutes, { service: key, severity }, Date.now()) !== undefined) return [];
  const routed = routes.filter((route) => matches(route, key, severity)).flatMap(({ to }) => to);
  const played = Object.entries(destinations).filter(
    ([name, one]) => routed.includes(name) && (one.receiver !== "slack-bot" || one.apiKey !== undefined),
  );
  return chatNames.filter((name) => played.some(([, { receiver }]) => receiver === name));
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

/**
 * Other news may come at the same time, such as that a secret has settled. A card on alarms begins with its service.
 */
function threads({ chats }: LocalFleet, chat: ChatName, { key }: ServicePlan): number {
  const cards = chats.list(chat).filter(({ payload }) => JSON.stringify(payload).includes(`${key}: `));
  return new Set(cards.map(({ thread }) => thread)).size;
}

function untilEach(chats: readonly ChatName[], reached: (chat: ChatName) => boolean, withinMs: number): Promise<void> {
  return poll(() => {
    const silent = chats.filter((chat) => !reached(chat));
    return silent.length === 0 ? undefined : `nothing reached ${silent.join(", ")}`;
  }, withinMs);
}
