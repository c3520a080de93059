import { growth, linear } from "@mcp-fleet/testing/growth.ts";
import { describe, expect, it } from "vitest";
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
  'token\\"',
  "token='a ",
  " --password ",
  "PASSWORD '",
  "authorization: Basic ",
  "M0123456789012345678901234.abcdef.",
  "failed to resolve ref ",
] as const;
const textOf = (piece: string) => piece.repeat(8_000 / piece.length);

describe("[SAFE-3] [CHAT-8] a text made to be slow takes time in proportion to its length", () => {
  it.each(pieces)("where credentials are masked: %j", (piece) => {
    expect(growth(maskSecrets, textOf(piece))).toBeLessThan(linear);
  });
});
