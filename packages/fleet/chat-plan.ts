import type { FleetDefinition } from "./definition.ts";
import type { ChatPlan } from "./plan.ts";

/** The routes that apply in a stage, and the destinations they name. */
export function planChat({ chat, stages }: FleetDefinition, stage: string): ChatPlan | undefined {
  if (chat === undefined) return undefined;
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
    groupWaitSeconds: chat.groupWaitSeconds ?? (stages[stage]?.runsOn === "loopback" ? 2 : 30),
    repeatAfterHours: chat.repeatAfterHours ?? 4,
    runbookUrl: chat.runbookUrl,
    fallbackEmails: chat.fallbackEmails,
  };
}
