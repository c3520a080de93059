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

  it.each(["a:b", "[ip, user]", '"open', "{ $.a }", "{ $.a = }", "{ $.a = 1", '{ $.a < "x" }', "{ a = 1 }"])(
    "refuses %s as CloudWatch Logs does",
    (pattern) => {
      expect(() => parseFilterPattern(pattern)).toThrow(
        expect.objectContaining({
          name: "InvalidParameterException",
          message: expect.stringContaining("Invalid filter"),
        }),
      );
    },
  );
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
  ])("%s", (pattern, expected) => {
    expect(matching(pattern, messages)).toEqual(expected);
  });
});
