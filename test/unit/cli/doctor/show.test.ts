import { expect, it } from "vitest";
import { showResults } from "#cli/doctor/show.ts";
import { createPaint } from "#cli/paint.ts";

const failures = (id: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    id,
    verdict: "failure" as const,
    evidence: `${id} ${at} is down.`,
    remedy: "Mend it.",
  }));

it("[OPS-4] shows what is wrong with many services as one thing, and counts all of them", () => {
  const ok = { id: "redis", verdict: "ok" as const, evidence: "It answers." };
  const lines = showResults([...failures("targets", 50), ok, ...failures("mcp", 2)], createPaint(false));
  expect(lines.filter((line) => line.startsWith("FAILURE")).map((line) => line.slice(9))).toEqual([
    ...[0, 1, 2, 3, 4].map((at) => `targets  targets ${at} is down.`),
    "mcp      mcp 0 is down.",
    "mcp      mcp 1 is down.",
  ]);
  expect(lines).toContain("                  and 45 more of it: --json has all");
  expect(lines.at(-1)).toBe("52 failures, 0 warnings, 1 ok, 0 skipped");
});
