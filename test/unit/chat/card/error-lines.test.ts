import { describe, expect, it } from "vitest";
import { newestLines, type ReadPage } from "#chat/card/error-lines.ts";

const at = Date.parse("2026-09-23T20:02:00Z");
const never = () => false;

/** A log as FilterLogEvents reads it: oldest first, a few events a page, with empty pages between them. */
function logOf(times: readonly number[], pageOf = 5): { readonly read: ReadPage; readonly calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    async read(from, until, token = "0") {
      calls += 1;
      const [index, empty] = [Number(token.replace("-", "")), token.endsWith("-")];
      const all = times.filter((time) => time >= from && time <= until).sort((one, other) => one - other);
      if (empty) return { lines: [], nextToken: String(index) };
      const lines = all.slice(index, index + pageOf).map((time) => ({ at: time, text: `ERROR at ${time - at}` }));
      return { lines, nextToken: index + pageOf < all.length ? `${index + pageOf}-` : undefined };
    },
  };
}

describe("the error lines of a card", () => {
  it("[CHAT-6] are the newest before the problem, oldest first, however many came before", async () => {
    const times = Array.from({ length: 5_000 }, (_, index) => at - 500_000 + index * 100 + 60_000);
    const { read, calls } = logOf(times, 1_000);
    const lines = await newestLines(at, read, never);
    const newest = times.filter((time) => time <= at).slice(-6);
    expect(lines).toEqual(newest.map((time) => `ERROR at ${time - at}`));
    expect(calls()).toBeLessThan(10);
  });

  it("[CHAT-6] are found past empty pages, and farther back where there are few", async () => {
    const times = [-590_000, -200_000, -40_000, -30_000, -20_000, -1_000, 5_000].map((ms) => at + ms);
    expect(await newestLines(at, logOf(times, 1).read, never)).toEqual(
      [-590_000, -200_000, -40_000, -30_000, -20_000, -1_000].map((ms) => `ERROR at ${ms}`),
    );
  });

  it("[CHAT-6] are those that were found when time runs out", async () => {
    const { read, calls } = logOf([at - 40_000, at - 2_000]);
    expect(await newestLines(at, read, () => calls() >= 1)).toEqual(["ERROR at -2000"]);
  });
});
