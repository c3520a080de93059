import type { FleetDefinition } from "./definition.ts";
import type { ChatPlan } from "./plan.ts";

/** The routes that hold in a stage, and the destinations they name. */
export function planChat({ chat }: FleetDefinition, stage: string): ChatPlan | undefined {
  if (chat === undefined) return undefined;
  const routes = chat.routes
    .filter(({ stages }) => stages === undefined || stages.includes(stage))
    .map(({ stages: _, ...route }) => route);
  const used = new Set(routes.flatMap(({ to }) => to));
  return {
    secret: chat.secret,
    destinations: Object.fromEntries(Object.entries(chat.destinations).filter(([name]) => used.has(name))),
    routes,
    mutes: chat.mutes ?? [],
    groupWaitSeconds: chat.groupWaitSeconds ?? 30,
    repeatAfterHours: chat.repeatAfterHours ?? 4,
    fallbackEmails: chat.fallbackEmails,
  };
}
