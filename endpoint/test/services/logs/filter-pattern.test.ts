import { growth, linear } from "@mcp-fleet/testing/growth.ts";
import { describe, expect, it } from "vitest";
import { parseFilterPattern } from "#endpoint/services/logs/filter/pattern.ts";

const matching = (pattern: string, messages: readonly string[]) => messages.filter(parseFilterPattern(pattern));

describe("terms", () => {
  const messages = ["HEC said 403", "HEC said 200", "exit code 137", "all is well"];
  it.each([
    ["", messages],
    ["HEC", ["HEC said 403", "HEC said 200"]],
    ["HEC 403", ["HEC said 403"]],
    ["HEC -200", ["HEC said 403"]],
    ['"exit code"', ["exit code 137"]],
    ["?137 ?403", ["HEC said 403", "exit code 137"]],
    ["hec", []],
    ["?well HEC", ["HEC said 403", "HEC said 200"]],
  ])("[RUN-5] %s", (pattern, expected) => {
    expect(matching(pattern, messages)).toEqual(expected);
  });

  it.each([
    ["%AUTHORIZED%", ["[ERROR 401] UNAUTHORIZED", "[SUCCESS 200] AUTHORIZED"]],
    ["%^\\[ERR%", ["[ERROR 401] UNAUTHORIZED"]],
    ["%D$% -%^.SUCC%", ["[ERROR 401] UNAUTHORIZED"]],
    ["%4\\d{2}|50[0-3]%", ["[ERROR 401] UNAUTHORIZED"]],
    ["%UX+AU|zz%", []],
    ["%\\s[A-Z]+$%", ["[ERROR 401] UNAUTHORIZED", "[SUCCESS 200] AUTHORIZED"]],
    ["%x{1,2}y?z*%", ["xyz"]],
  ])("[AWS-10] %s is a regular expression", (pattern, expected) => {
    expect(matching(pattern, ["[ERROR 401] UNAUTHORIZED", "[SUCCESS 200] AUTHORIZED", "xyz"])).toEqual(expected);
  });

  it("[SAFE-3] follows a regular expression in linear time", () => {
    const matches = parseFilterPattern("%a*a*a*a*a*a*a*a*b$%");
    expect(matches("a".repeat(5_000))).toBe(false);
    expect(growth(matches, "a".repeat(5_000))).toBeLessThan(linear);
  });

  it.each([
    "%a(b)%",
    "%wow!%",
    "%a% %b% %c%",
    "[a, b",
    "[..., ...]",
    "[a > x]",
    "a:b",
    '"open',
    "{ $.a }",
    "{ $.a = }",
    "{ $.a = 1",
    '{ $.a < "x" }',
    "{ a = 1 }",
  ])("refuses %s as CloudWatch Logs does", (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({
        name: "InvalidParameterException",
        message: expect.stringContaining("Invalid filter"),
      }),
    );
  });
});

describe("JSON patterns", () => {
  const error = JSON.stringify({
    level: "error",
    status: 503,
    retry: true,
    user: null,
    tags: [{ k: "a" }, { k: "b" }],
  });
  const info = JSON.stringify({ level: "info", status: 200 });
  const messages = [error, info, "not JSON: error"];
  it.each([
    ['{ $.level = "error" }', [error]],
    ["{ $.level = error }", [error]],
    ['{ $.level = "err*" }', [error]],
    ['{ $.level != "error" }', [info]],
    ["{ $.status >= 500 }", [error]],
    ['{ $.status < 500 && $.level = "info" }', [info]],
    ['{ ($.level = "info" || $.level = "error") && $.status = 503 }', [error]],
    ["{ $.retry IS TRUE }", [error]],
    ["{ $.user IS NULL }", [error]],
    ["{ $.user NOT EXISTS }", [info]],
    ['{ $.tags[1].k = "b" }', [error]],
    ['{ $.tags[*].k = "a" }', [error]],
    ['{ $.level = "a.b" }', []],
    ["{ $.level = %^err% }", [error]],
    ["{ $.level != %^err% }", [info]],
    ["{ $.['level'] = error }", [error]],
    ["{ $['tags'][0].k = a }", [error]],
  ])("%s", (pattern, expected) => {
    expect(matching(pattern, messages)).toEqual(expected);
  });
});

describe("space-delimited patterns", () => {
  const lines = [
    '127.0.0.1 Prod frank [10/Oct/2026:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '10.0.0.5 Prod ann [10/Oct/2026:13:25:16 -0700] "GET /logo.gif HTTP/1.0" 200 900',
    "ERROR 500",
  ];
  it.each([
    ["[ip, user, username, timestamp, request, status_code, bytes]", [0, 1]],
    ["[ip, user, username, timestamp, request, status_code = 4*, bytes > 1000]", [0]],
    ["[..., status_code != 404, bytes]", [1, 2]],
    ["[ip, ..., request = *.html*, status_code, bytes]", [0]],
    ["[ip = %^127\\.0% || ip = 10.*, ...]", [0, 1]],
    ["[w1 = ERROR && w1 != %WARN%, w2 >= 500]", [2]],
    ['[w1 = "ERROR", ...]', [2]],
    ["[..., bytes < 1000]", [1, 2]],
  ])("[AWS-10] %s", (pattern, expected) => {
    expect(matching(pattern, lines)).toEqual(expected.map((at) => lines[at]));
  });
});
