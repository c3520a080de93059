import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { filled, means, named, some, variableName, whole } from "./field.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
const everyDays = v.optional(whole(1, 1000, " days", "Secrets Manager rotates every 1 to 1,000 days."));

const alphabet = v.pipe(
  v.string(expectation("a text of 16 characters or more, each once", "Omit it for letters and digits.")),
  v.check(
    (text) => new Set(text).size === text.length && text.length >= 16,
    expectation("16 characters or more, each once", "Omit it for letters and digits."),
  ),
);
const randomValue = closed({
  length: whole(16, 1024, " characters", "Shorter ones can be guessed."),
  alphabet: v.optional(alphabet),
});

const Issued = v.variant(
  "issuer",
  [
    closed({
      issuer: v.literal("splunk-hec"),
      platform: v.picklist(["cloud", "enterprise"]),
      admin: v.string(),
      everyDays,
    }),
    closed({ issuer: v.literal("google-oauth"), everyDays }),
    closed({
      issuer: v.literal("redis-auth"),
      key: variableName,
      replicationGroup: filled("the id of a replication group", "Copy it from ElastiCache."),
      everyDays,
    }),
    closed({ issuer: v.literal("random"), keys: some(variableName, randomValue, "key"), everyDays }),
  ],
  expectation(
    '{ issuer: "splunk-hec" | "google-oauth" | "redis-auth" | "random", … } with everyDays from 1 to 1000, or { declined: "why not" }',
    "Complete the fields of the issuer (docs/rotation.md lists them), or decline the rotation with a reason.",
  ),
);

const Declined = closed({ declined: filled("why nothing rotates it", "Give a reason, for whoever wonders later.") });
const Rotation = v.lazy((input) => (means(input, "declined") ? Declined : Issued));

const Placeholder = closed({
  placeholder: filled(
    "a text that shows what to put there, and is not itself a credential",
    'Write an example, such as "replace-me": the doctor uses it to see that no value was set yet.',
  ),
});
const Random = closed({
  randomBytes: whole(16, 1024, " bytes", "Fewer can be guessed."),
});
const Filling = v.lazy((input) => (means(input, "randomBytes") ? Random : Placeholder));

export const Secret = closed({
  description: filled("what it is for", "Describe it, for whoever has to set the value."),
  keys: some(variableName, Filling, "key"),
  aliases: v.optional(named(v.string(), v.string(), "old name")),
  rotation: v.optional(Rotation),
  unproven: v.optional(
    v.picklist(
      ["wait", "roll"],
      expectation('"wait" or "roll"', "Omit it to wait: a value that nobody can prove may not work."),
    ),
  ),
});
