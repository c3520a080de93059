import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { variableName } from "./field.ts";

export const Secret = closed({
  description: v.string(),
  keys: v.record(
    variableName,
    v.union(
      [
        v.strictObject({ placeholder: v.string() }),
        v.strictObject({ randomBytes: v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(1024)) }),
      ],
      expectation("{ placeholder: string } or { randomBytes: 16 to 1024 }", "Say how the key is filled at creation."),
    ),
  ),
  aliases: v.optional(v.record(v.string(), v.string())),
});
