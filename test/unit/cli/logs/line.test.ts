import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAtLeast, isHealthCheck, type LogLine, parseLine } from "#cli/logs/line.ts";
import { dayLine, textOf, type View } from "#cli/logs/show.ts";
import { createPaint } from "#cli/paint.ts";
import { plan, workspace } from "../doctor/examination.ts";

const plain = createPaint(false);
const event = (text: string) => ({
  id: "1",
  service: workspace,
  task: "0123456789abcdef",
  at: Date.parse("2026-11-29T12:03:04.567Z"),
  text,
});
const shown = (text: string, view: Partial<View> = {}) =>
  textOf(event(text), parseLine(text), { paint: plain, width: 80, names: 0, ...view });

describe("a line of a log", () => {
  it.each<[string, string, Partial<LogLine>]>([
    [
      "of the starter",
      '{"time":"2026-11-29T12:03:04.567Z","level":"warn","message":"HEC answers 503","service":"notes","attempt":3}',
      { level: "warn", message: "HEC answers 503", fields: ["service=notes", "attempt=3"] },
    ],
    [
      "of pino",
      '{"level":50,"time":1,"msg":"boom","err":{"code":1}}',
      { level: "error", message: "boom", fields: ['err={"code":1}'] },
    ],
    ["of structlog", '{"event":"started","log.level":"info"}', { level: "info", message: "started" }],
    ["of a JSON array", "[1, 2]", { level: undefined, message: "[1, 2]" }],
    ["of half an object", '{"message":', { level: undefined, message: '{"message":' }],
    [
      "of uvicorn",
      'INFO:     10.0.0.1:1 - "POST /mcp HTTP/1.1" 500 Internal',
      { level: "info", request: { path: "/mcp", status: 500 } },
    ],
    ["of Python", "2026-11-29 12:03:04,567 - WARNING - slow", { level: "warn", message: "slow" }],
    ["of a named logger of Python", "2026-11-29 12:03:04,567 - auth.google - ERROR - expired", { level: "error" }],
    ["of logfmt", 'time=2026-11-29T12:03:04Z level=WARN msg="slow tool"', { level: "warn" }],
    ["of FastMCP", "[11/29/26 12:03:04] INFO     Starting server", { level: "info", message: "Starting server" }],
    ["in brackets", "[error] no such host", { level: "error", message: "no such host" }],
    ["of an exception", "Error: no such file", { level: "error", message: "Error: no such file" }],
    ["of a sentence", "Info about the weather", { level: undefined, message: "Info about the weather" }],
    ["that is empty", "\n", { level: undefined, message: "" }],
  ])("[OPS-3] %s is read", (_, text, wanted) => {
    expect(parseLine(text)).toMatchObject(wanted);
  });

  it("[OPS-3] reads anything without failing, and loses no word of what is not JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const { message, fields } = parseLine(text);
        if (!text.startsWith("{")) expect(text.trimEnd().endsWith(message)).toBe(true);
        expect(fields.every((field) => field.includes("="))).toBe(true);
      }),
    );
  });

  it.each([
    ['10.0.0.1 - "GET /health HTTP/1.1" 200 OK', true],
    ['10.0.0.1 - "GET /health?deep=1 HTTP/1.1" 200 OK', true],
    ['{"message":"request","path":"/health","status":200}', true],
    ['10.0.0.1 - "GET /health HTTP/1.1" 503', false],
    ['10.0.0.1 - "GET /healthy HTTP/1.1" 200', false],
    ["the /health of everybody is 200", false],
  ])("[OPS-3] tells a passed health check from the rest: %s", (text, wanted) => {
    expect(isHealthCheck(parseLine(text), "/health")).toBe(wanted);
  });

  it("[OPS-3] is kept by --level if it is as bad, or does not say", () => {
    const lines = ["[debug] a", "[info] b", "[warn] c", "[error] d", "e"].map(parseLine);
    expect(lines.filter((line) => isAtLeast(line, "warn")).map(({ message }) => message)).toEqual(["c", "d", "e"]);
  });

  it("[OPS-3] has time and task, message, then fields, in one line at 80 columns", () => {
    const text = '{"time":"x","level":"info","message":"tool called","tool":"search","ms":12}';
    expect(shown(text)).toBe("12:03:04Z 01234567 tool called  tool=search  ms=12");
    const long = shown(`{"level":"info","message":"${"word ".repeat(40)}"}`);
    expect([long.length, long.endsWith("…")]).toEqual([80, true]);
    expect(shown("word ".repeat(40), { width: undefined })).toMatch(/^2026-11-29 12:03:04Z 01234567 (word ?){40}$/);
  });

  it("[OPS-3] is folded where it is an error, which nobody wants cut", () => {
    const rows = shown(`[error] ${"word ".repeat(40)}`).split("\n");
    expect(rows.join(" ").match(/word/g)).toHaveLength(40);
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(rows.slice(1).every((row) => row.startsWith(" ".repeat(19)))).toBe(true);
  });

  it("[OPS-3] names its service where several are shown, and the day once", () => {
    const names = Math.max(...plan.services.map(({ key }) => key.length));
    expect(shown("hello", { names })).toBe(`12:03:04Z ${"google_workspace".padEnd(names)} 01234567 hello`);
    const view: View = { paint: plain, width: 80, names };
    const at = event("").at;
    expect(dayLine(at, undefined, view)).toEqual(["── 2026-11-29 UTC"]);
    expect(dayLine(at, at - 1_000, view)).toEqual([]);
    expect(dayLine(at + 86_400_000, at, view)).toEqual(["── 2026-11-30 UTC"]);
  });
});
