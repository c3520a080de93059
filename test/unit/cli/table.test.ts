import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "#cli/duration.ts";
import { UsageError } from "#cli/failure.ts";
import { createPaint } from "#cli/paint.ts";
import { fold, table } from "#cli/table.ts";

describe("a table", () => {
  it("lines its columns up, whatever the colour of a cell", () => {
    const { red } = createPaint(true);
    const lines = table(
      ["A", "B"],
      [
        [red("one"), "x"],
        ["fourteen", "y"],
      ],
    );
    expect(lines).toEqual(["A         B", `${red("one")}       x`, "fourteen  y"]);
  });

  it("folds its last column into 80 columns, under its own start", () => {
    const lines = table(["KEY", "TEXT"], [["key", "word ".repeat(30).trim()]]);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines[2]).toMatch(/^ {5}word/);
  });

  it("gives the first cell a line of its own if names are so long that nothing else fits", () => {
    const lines = table(
      ["SERVICE", "HEALTH", "SECRETS"],
      [["s".repeat(60), "1 healthy, 1 draining", "old since 4 min: splunk google-oauth"]],
    );
    expect(lines).toEqual([
      "SERVICE",
      "  HEALTH                 SECRETS",
      "s".repeat(60),
      "  1 healthy, 1 draining  old since 4 min: splunk google-oauth",
    ]);
  });

  it("leaves a word that is too long in one piece", () => {
    expect(fold(`see ${"x".repeat(90)} there`, 80)).toEqual(["see", "x".repeat(90), "there"]);
  });
});

describe("a duration", () => {
  it.each([
    ["30s", 30_000],
    ["15m", 900_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
  ])("reads %s", (text, ms) => expect(parseDuration("--since", text)).toBe(ms));

  it.each(["", "15", "soon", "-1m", "1.5h"])("refuses %j", (text) => {
    expect(() => parseDuration("--since", text)).toThrow(UsageError);
  });

  it.each([
    [40_000, "40 s"],
    [900_000, "15 min"],
    [864_000_000, "10 days"],
  ])("formats %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});
