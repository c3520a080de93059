import { growth, linear } from "@mcp-fleet/testing/growth.ts";
import { describe, expect, it } from "vitest";
import { parse } from "#chat/parse/index.ts";
import { maskSecrets } from "#chat/text/mask.ts";

/** Pieces that a pattern begins with and cannot end, over and over. */
const pieces = [
  "eyJ-",
  "eyJa.",
  "token",
  "token=",
  "a-",
  "a://b:",
  "http://",
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "Bearer ",
  "xoxb-",
  "?key=",
  "[",
  "1",
  "-mcp-",
  " ",
  '"\\',
] as const;
const textOf = (piece: string) => piece.repeat(15_000 / piece.length);

describe("[SAFE-3] a text made to be slow takes time in proportion to its length", () => {
  it.each(pieces)("where credentials are masked: %j", (piece) => {
    expect(growth(maskSecrets, textOf(piece))).toBeLessThan(linear);
  });

  it.each(pieces)("where an alarm is read: %j", (piece) => {
    const alarm = (text: string) =>
      parse(
        JSON.stringify({
          AlarmName: `${text}!`,
          NewStateValue: "ALARM",
          NewStateReason: text,
          AlarmDescription: text,
          Trigger: { MetricName: text, Dimensions: [{ name: "TargetGroup", value: `targetgroup/${text}!` }] },
        }),
        0,
      );
    expect(growth(alarm, textOf(piece))).toBeLessThan(linear);
  });
});
