import type { ConsoleState } from "../state/state.ts";

/** What a tab shows of the fleet while another is in front. */
export function titleOf({ stage, connection, alarms = [] }: ConsoleState): string {
  const firing = alarms.filter(({ state }) => state === "ALARM").length;
  const alarm = firing === 0 ? "" : `${firing} in alarm · `;
  if (connection === "lost") return `not connected · ${stage} · mcp-fleet`;
  return `${alarm}${stage} · mcp-fleet`;
}
