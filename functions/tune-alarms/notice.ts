import type { FleetNotice } from "#chat/parse/fleet-notice.ts";
import { type Outcome, statistics } from "./tune.ts";

/** As much as a card shows. */
const lines = 15;

/** The weekly message: old, new, and how often each would have fired. */
export function noticeOf(outcomes: readonly Outcome[], stage: string, at: Date): FleetNotice {
  const changed = outcomes.filter(({ changes }) => changes);
  const placeholders = outcomes.filter(({ alarm, changes }) => alarm.basis === "placeholder" && !changes);
  const described = [...changed, ...placeholders].map(lineOf);
  const more = described.length > lines ? [`and ${described.length - lines} more`] : [];
  return {
    source: "mcp-fleet",
    kind: "thresholds",
    subject: stage,
    phase: "notice",
    severity: "info",
    title: `Latency thresholds: ${changed.length} newly measured, ${placeholders.length} still placeholders`,
    text: [
      ...described.slice(0, lines),
      ...more,
      ...(changed.length > 0 ? ["The next deploy applies them."] : []),
    ].join("\n"),
    at: at.toISOString(),
    service: undefined,
  };
}

function lineOf({ alarm, proposal }: Outcome): string {
  const what = `${alarm.service} ${statistics[alarm.name].replace(/^p/, "P")}`;
  const old = `${alarm.threshold} s${alarm.basis === "placeholder" ? " (placeholder)" : ""}`;
  if (proposal.kind === "too-few") {
    return `${what}: ${old} stays, ${proposal.samples} minutes with ${proposal.requestsNeeded} requests were measured`;
  }
  const { fired, threshold } = proposal;
  return `${what}: ${old} → ${threshold} s; in 14 days the old would have fired ${fired.old} times, the new ${fired.new}`;
}
