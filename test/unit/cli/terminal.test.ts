import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Console, createTerminal } from "#cli/terminal.ts";

/** A stream as far as a terminal is asked about it. */
function stream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) > 0 };
}

function open({ out = true, err = true, columns = 80, env = {} } = {}) {
  const [stdout, stderr] = [stream(out), stream(err, columns)];
  // The terminal writes, and asks what is above: nothing else of a process's streams.
  const process: unknown = { stdin: { isTTY: err }, stdout, stderr, env };
  if (!isConsole(process)) throw new Error("It has streams.");
  return { terminal: createTerminal(process), out: stdout.written, err: stderr.written };
}

const isConsole = (value: unknown): value is Console => typeof value === "object" && value !== null && "stdin" in value;

describe("colour", () => {
  it.each([
    ["on a terminal", {}, true],
    ["in a pipe", { out: false }, false],
    ["with NO_COLOR", { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }, false],
    ["with an empty NO_COLOR", { env: { NO_COLOR: "" } }, true],
    ["in a pipe with FORCE_COLOR", { out: false, env: { FORCE_COLOR: "1" } }, true],
    ["in a pipe with FORCE_COLOR=0", { out: false, env: { FORCE_COLOR: "0" } }, false],
    ["on a dumb terminal", { env: { TERM: "dumb" } }, false],
  ])("%s", (_, circumstances, colored) => {
    expect(open(circumstances).terminal.paint.isColorSupported).toBe(colored);
  });

  it("is removed from notes that go to a file, even if results are coloured", () => {
    const { terminal, err } = open({ err: false });
    terminal.note(terminal.paint.red("red"));
    expect(err).toEqual(["red\n"]);
  });
});

it("asks for a secret once the terminal is raw: what is pasted at once is not echoed", async () => {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode(mode: boolean) {
      stdin.isRaw = mode;
    },
  });
  const stderr = stream(true);
  let wasRaw = false;
  const write = (text: string) => {
    if (text.includes("Token")) {
      wasRaw = stdin.isRaw;
      setImmediate(() => stdin.write("value\r"));
    }
    return stderr.write(text);
  };
  const process: unknown = { stdin, stdout: stream(true), stderr: { ...stderr, write }, env: {} };
  if (!isConsole(process)) throw new Error("It has streams.");
  expect(await createTerminal(process).askSecret("Token: ")).toBe("value");
  expect([wasRaw, stderr.written.join("")]).toEqual([true, "Token: \n"]);
});

describe("the progress of long work", () => {
  it("is one line on a terminal, rewritten, and gone when something is printed", () => {
    const { terminal, out, err } = open();
    terminal.progress("0 of 1", 1_000);
    terminal.progress("1 of 1", 2_000);
    terminal.print("done");
    terminal.print("well");
    expect(err.join("")).toBe("0 of 1  1 s\r\u001b[2K1 of 1  2 s\r\u001b[2K");
    expect(out).toEqual(["done\n", "well\n"]);
  });

  it("never wraps, and an error is folded at the terminal's width", () => {
    const { terminal, err } = open({ columns: 20 });
    terminal.progress("x".repeat(50));
    expect(err.join("")).toHaveLength(19);
    terminal.note("one two three four five six");
    expect(err.at(-1)).toBe("one two three four\nfive six\n");
  });

  it("is a line in a file whenever it changes, and an error stays in one line", () => {
    const { terminal, err } = open({ err: false });
    for (const line of ["0 of 1", "0 of 1", "", "1 of 1"]) terminal.progress(line, 5_000);
    terminal.note("word ".repeat(30).trim());
    expect(err).toEqual(["0 of 1\n", "1 of 1\n", `${"word ".repeat(30).trim()}\n`]);
  });
});
