import { describe, expect, it } from "vitest";
import { portOf } from "#cli/console/command.ts";
import { UsageError } from "#cli/failure.ts";

describe("fleet console --port", () => {
  it.each([
    ["8091", 8091],
    ["0", 0],
    [undefined, undefined],
  ])("takes %s", (text, port) => {
    expect(portOf(text)).toBe(port);
  });

  it.each(["http", "-1", "65536", "80.5", "", "0x50"])("refuses %j with what is allowed", (text) => {
    expect(() => portOf(text)).toThrow(UsageError);
    expect(() => portOf(text)).toThrow("a whole number from 1 to 65535");
  });
});
