import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { variableName, whole } from "./field.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
const everyDays = v.optional(whole(1, 1000, " days", "Secrets Manager rotates every 1 to 1,000 days."));

const alphabet = v.pipe(
  v.string(),
  v.check(
    (text) => new Set(text).size === text.length && text.length >= 16,
    expectation("16 characters or more, each once", "Leave it out for letters and digits."),
  ),
);
const randomValue = closed({
  length: whole(16, 1024, " characters", "Shorter ones can be guessed."),
  alphabet: v.optional(alphabet),
});

const Rotation = v.union(
  [
    v.strictObject({
      issuer: v.literal("splunk-hec"),
      platform: v.picklist(["cloud", "enterprise"]),
      admin: v.string(),
      everyDays,
    }),
    v.strictObject({ issuer: v.literal("google-oauth"), everyDays }),
    v.strictObject({
      issuer: v.literal("redis-auth"),
      key: variableName,
      replicationGroup: v.string(),
      everyDays,
    }),
    v.strictObject({ issuer: v.literal("random"), keys: v.record(variableName, randomValue), everyDays }),
    v.strictObject({ declined: v.pipe(v.string(), v.trim(), v.minLength(1)) }),
  ],
  expectation(
    '{ issuer: "splunk-hec" | "google-oauth" | "redis-auth" | "random", … } with everyDays from 1 to 1000, or { declined: "why not" }',
    "Complete the fields of the issuer (docs/rotation.md lists them), or decline the rotation and say why.",
  ),
);

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
  rotation: v.optional(Rotation),
});
