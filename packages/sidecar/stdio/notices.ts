import type { InMemoryServerEventBus, ServerEvent } from "@modelcontextprotocol/server";

/** So long what is told again and again is told once. */
const noticeEveryMs = 200;
const mostNotices = 1_000;

/** What a process tells everybody, as those who listen are told: a process that tells it without end floods nobody. */
export function publisher(
  bus: InMemoryServerEventBus,
): (method: string, params: Readonly<Record<string, unknown>>) => void {
  const waiting = new Map<string, ServerEvent>();
  const publish = () => {
    for (const event of waiting.values()) bus.publish(event);
    waiting.clear();
  };
  return (method, { uri }) => {
    const event = eventOf(method, uri);
    if (event === undefined || waiting.size >= mostNotices) return;
    if (waiting.size === 0) setTimeout(publish, noticeEveryMs);
    waiting.set(JSON.stringify(event), event);
  };
}

function eventOf(method: string, uri: unknown): ServerEvent | undefined {
  switch (method) {
    case "notifications/tools/list_changed":
      return { kind: "tools_list_changed" };
    case "notifications/prompts/list_changed":
      return { kind: "prompts_list_changed" };
    case "notifications/resources/list_changed":
      return { kind: "resources_list_changed" };
    case "notifications/resources/updated":
      return typeof uri === "string" ? { kind: "resource_updated", uri } : undefined;
    default:
      return undefined;
  }
}
