import type { ConsoleState } from "../state/state.ts";
import { commonProblem } from "./unreadable.tsx";

/** What a tab shows of the fleet while another is in front. */
export function titleOf(state: ConsoleState): string {
  const { stage, connection, alarms = [] } = state;
  const firing = alarms.filter((alarm) => alarm.state === "ALARM").length;
  const alarm = firing === 0 ? "" : `${firing} in alarm · `;
  if (connection === "lost") return `not connected · ${stage} · mcp-fleet`;
  if (commonProblem(state) !== undefined) return `not readable · ${stage} · mcp-fleet`;
  return `${alarm}${stage} · mcp-fleet`;
}
