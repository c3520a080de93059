import { CommandError, syntaxError } from "./errors.ts";
import { parseInteger } from "./integer.ts";

/** A cursor as C's `strtoul` reads one. */
export function parseCursor(text: string): bigint {
  const cursor = /^(?:[+-]?\d+)?$/.test(text) ? BigInt(text.replace(/^[+-]/, "")) : 2n ** 64n;
  if (cursor >= 2n ** 64n) throw new CommandError("ERR invalid cursor");
  return text.startsWith("-") && cursor > 0n ? 2n ** 64n - cursor : cursor;
}

export interface ScanOptions {
  readonly match: string;
  readonly count: number;
  readonly type: string | undefined;
}

/** Options of SCAN for keys, and of its like for the items of one key, which have no TYPE. */
export function parseScan(options: readonly string[], over: "keys" | "items"): ScanOptions {
  let parsed: ScanOptions = { match: "*", count: 10, type: undefined };
  for (let at = 0; at < options.length; at += 2) {
    const value = options[at + 1];
    if (value === undefined) throw syntaxError();
    switch (options[at]?.toLowerCase()) {
      case "count": {
        const count = parseInteger(value);
        if (count < 1n) throw syntaxError();
        parsed = { ...parsed, count: Number(count) };
        break;
      }
      case "match":
        parsed = { ...parsed, match: value };
        break;
      case "type":
        if (over === "items") throw syntaxError();
        parsed = { ...parsed, type: value.toLowerCase() };
        break;
      default:
        throw syntaxError();
    }
  }
  return parsed;
}
