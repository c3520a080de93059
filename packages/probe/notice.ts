import type { FleetNotice } from "#chat/parse/fleet-notice.ts";
import { clip } from "#chat/text/clip.ts";
import { harmless } from "#chat/text/harmless.ts";
import type { ListedTool } from "./reading.ts";
import type { ToolChanges } from "./tool-record.ts";

/** As much as a card shows. */
const lines = 15;

/**
 * What people are told when a service's tools changed. Names and descriptions are whatever the service says: each is one
 * line, in quotes; the chats' own table makes them harmless there.
 *
 * @param at when the change was first seen, in milliseconds since the epoch: said twice, it is one notice
 */
export function noticeOf(key: string, changes: ToolChanges, tools: readonly ListedTool[], at: number): FleetNotice {
  const saysNow = new Map(tools.map(({ name, description }) => [name, description]));
  const { added, removed, described, shaped } = changes;
  const all = [
    ...described.map((name) => `${quoted(name, 80)} describes itself anew: ${quoted(saysNow.get(name) ?? "", 160)}`),
    ...removed.map((name) => `${quoted(name, 80)} is gone`),
    ...added.map((name) => `${quoted(name, 80)} is new: ${quoted(saysNow.get(name) ?? "", 160)}`),
    ...shaped.map((name) => `${quoted(name, 80)} takes or gives something else`),
  ];
  const more = all.length > lines ? [`and ${all.length - lines} more`] : [];
  return {
    source: "mcp-fleet",
    kind: "tools",
    subject: key,
    phase: "notice",
    severity: "warning",
    title: `${key}: its tools changed: ${countsOf(changes)}`,
    text: [...all.slice(0, lines), ...more, "If no release of yours did that: docs/runbook.md#tools-changed"].join(
      "\n",
    ),
    at: new Date(at).toISOString(),
    service: key,
  };
}

function countsOf({ added, removed, described, shaped }: ToolChanges): string {
  const counts = [
    [described.length, "described anew"],
    [removed.length, "gone"],
    [added.length, "new"],
    [shaped.length, "with other parameters"],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}

function quoted(text: string, length: number): string {
  return `“${harmless(clip(text.slice(0, 4 * length), length))
    .replace(/\s+/g, " ")
    .replaceAll(/[“”]/g, '"')}”`;
}
