import type { ChatDefinition, FleetDefinition } from "./definition.ts";
import type { ChatPlan } from "./plan.ts";

/** Where `npm start` shows the console, unless told. */
export const consolePort = 8090;

/** The routes that apply in a stage, and the destinations they name. */
export function planChat(
  { chat, stages }: FleetDefinition,
  stage: string,
  port: number = consolePort,
): ChatPlan | undefined {
  if (chat === undefined) return undefined;
  const onLoopback = stages[stage]?.runsOn === "loopback";
  const routes = chat.routes
    .filter((route) => route.stages === undefined || route.stages.includes(stage))
    .map(({ stages: _, ...route }) => route);
  const used = new Set(routes.flatMap(({ to }) => to));
  return {
    secret: chat.secret,
    destinations: Object.fromEntries(Object.entries(chat.destinations).filter(([name]) => used.has(name))),
    routes,
    mutes: chat.mutes ?? [],
    // On one machine a person waits for the card they have just set off.
    groupWaitSeconds: chat.groupWaitSeconds ?? (onLoopback ? 2 : 30),
    repeatAfterHours: chat.repeatAfterHours ?? 4,
    runbookUrl: chat.runbookUrl,
    actions: planActions(chat, stage),
    consoleUrl: chat.consoleUrl ?? (onLoopback ? `http://127.0.0.1:${port}` : undefined),
    fallbackEmails: chat.fallbackEmails,
  };
}

function planActions({ actions }: ChatDefinition, stage: string): ChatPlan["actions"] {
  if (actions === undefined || actions.stages?.includes(stage) === false) return undefined;
  return { slack: actions.slack };
}
