import { describe, expect, it } from "vitest";
import { createMask } from "#evidence/mask.ts";
import { printable } from "#evidence/printable.ts";

const shown = (values: readonly string[], ...lines: readonly string[]) => createMask(values)(lines).join("\n");

describe("a mask", () => {
  it.each([
    ["as it is", "hunter2-and-more", 'refused "hunter2-and-more" twice: hunter2-and-more'],
    ["in a query", "p@ss word&more", "GET /?q=p%40ss%20word%26more"],
    ["in JSON", 'with "quotes"', '{"a":"with \\"quotes\\""}'],
    ["in a header", "client-secret", `x: ${Buffer.from("client-secret").toString("base64")}`],
    ["line by line", "first-part\nsecond-part", "second-part"],
    ["as a word, where it is short", "abc", "it is abc."],
  ])("[STR-3] hides a secret's value %s", (_, value, line) => {
    expect(shown([value], line)).toContain("•••");
    for (const part of value.split("\n")) expect(shown([value], line)).not.toContain(part);
  });

  it("leaves a short value alone within other words, and an empty one everywhere", () => {
    expect(shown(["1", ""], "line 10 of 12")).toBe("line 10 of 12");
  });

  it("[STR-3] hides what looks like a credential, also over several lines", () => {
    expect(shown([], "token=xoxb-1234567890-abcdef")).not.toContain("1234567890");
    const key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQ", "-----END PRIVATE KEY-----", "after"];
    expect(shown([], ...key)).toBe("•••\nafter");
  });

  it("[STR-3] reads a megabyte on one line in time, and hides a value at its end", () => {
    const began = performance.now();
    const line = `${"a.".repeat(500_000)}hunter2-and-more`;
    expect(shown(["hunter2-and-more"], line)).not.toContain("hunter2");
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

it("[STR-3] text from elsewhere cannot control a terminal", () => {
  expect(printable("a\u001b[2Jb\rc\u202ed\u0007\te")).toBe("ab c d   e");
});
