import { formatDuration } from "../duration.ts";
import { columns, fold } from "../table.ts";
import type { Paint } from "../terminal.ts";
import type { Experience } from "./callers.ts";
import type { Outcome, Verdict } from "./outcome.ts";

const marks: Readonly<Record<Verdict, readonly [mark: string, color: "green" | "red" | "yellow" | "dim"]>> = {
  passed: ["✔", "green"],
  failed: ["✘", "red"],
  "not possible": ["–", "yellow"],
  "not run": ["–", "dim"],
};

/** What happened, what came of it, and what people met meanwhile. */
export function describeOutcome({ step, title, verdict, text, tookMs, people, left }: Outcome, paint: Paint) {
  const [mark, color] = marks[verdict];
  const lines = [
    verdict === "passed" ? text : `${verdict[0]?.toUpperCase()}${verdict.slice(1)}: ${text}`,
    ...(people.calls === 0 ? [] : [describePeople(people)]),
    ...left.map((what) => `Not put back, do it by hand: ${what}`),
  ];
  return [
    `${paint[color](mark)} ${paint.bold(step)}  ${title}  ${paint.dim(formatDuration(tookMs))}`,
    ...lines.flatMap((line) => fold(line, columns - 4)).map((line) => `    ${line}`),
  ];
}

function describePeople({ calls, failed, hurtMs }: Experience): string {
  if (failed === 0) return `People: none of ${calls} calls failed.`;
  return `People: ${failed} of ${calls} calls failed, within ${(hurtMs / 1_000).toFixed(1)} s.`;
}

export function summaryOf(outcomes: readonly Outcome[]): string {
  const counted = (["passed", "failed", "not possible", "not run"] as const).flatMap((verdict) => {
    const count = outcomes.filter((one) => one.verdict === verdict).length;
    return count === 0 ? [] : `${count} ${verdict}`;
  });
  return `${counted.join(", ")}.`;
}

export function documentOf(stage: string, service: string, passed: boolean, outcomes: readonly Outcome[]) {
  return { stage, service, passed, steps: outcomes };
}
