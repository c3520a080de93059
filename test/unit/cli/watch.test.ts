import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { watch } from "#cli/watch.ts";
import { planStage } from "#fleet";
import fixture from "../../fixture/map.ts";
import { terminal } from "../../fixture/terminal.ts";

it("counts the rows that a long line takes in a narrow terminal", async () => {
  const stdout = Object.assign(new PassThrough(), { columns: 40, rows: 10 });
  let drawn = "";
  stdout.on("data", (data: Buffer) => {
    drawn += data;
  });
  const print = (line: string) => stdout.write(`${line}\n`);
  const leaving = new AbortController();
  const stage = { stdout, terminal: { ...terminal, print }, plan: planStage(fixture, "local"), signal: leaving.signal };
  await watch(stage, async () => {
    leaving.abort();
    return { lines: Array.from({ length: 6 }, (_, at) => `${at} ${"word ".repeat(14)}`), code: 0 };
  });
  // The time, three lines of two rows, and what is left out.
  expect(drawn.trimEnd().split("\n")).toHaveLength(5);
  expect(drawn).toMatch(/… 3 more lines/);
});

it("draws no more than the terminal has room for, and leaves alone what scrolled out of sight", async () => {
  const stdout = Object.assign(new PassThrough(), { columns: 80, rows: 10 });
  const drawn: string[] = [];
  stdout.on("data", (data: Buffer) => drawn.push(data.toString()));
  const print = (line: string) => stdout.write(`${line}\n`);
  const leaving = new AbortController();
  const stage = {
    ...{ stdout, terminal: { ...terminal, print }, plan: planStage(fixture, "local"), signal: leaving.signal },
  };
  await watch(stage, async (rows) => {
    leaving.abort();
    expect(rows).toBe(8);
    return { lines: Array.from({ length: 30 }, (_, at) => `line ${at}`), code: 0 };
  });
  const text = drawn.join("");
  expect(text.trimEnd().split("\n")).toHaveLength(9);
  expect(text).toMatch(/line 6\n… 23 more lines: without --watch, all are shown\.\n$/);
  expect(text).not.toContain("\u001b[3J");
});
