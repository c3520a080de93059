import { randomInt } from "node:crypto";
import * as v from "valibot";
import { flag, numeric } from "#endpoint/core/properties.ts";
import { invalidParameter } from "./errors.ts";

const CLASSES = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digits: "0123456789",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
  space: " ",
} as const;

export const passwordRules = v.object({
  PasswordLength: v.optional(v.pipe(numeric, v.integer(), v.minValue(1), v.maxValue(4_096)), 32),
  ExcludeCharacters: v.optional(v.pipe(v.string(), v.maxLength(4_096)), ""),
  ExcludeNumbers: v.optional(flag, false),
  ExcludePunctuation: v.optional(flag, false),
  ExcludeUppercase: v.optional(flag, false),
  ExcludeLowercase: v.optional(flag, false),
  IncludeSpace: v.optional(flag, false),
  RequireEachIncludedType: v.optional(flag, true),
});
export type PasswordRules = v.InferOutput<typeof passwordRules>;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export function randomPassword(rules: PasswordRules): string {
  const excluded = new Set(rules.ExcludeCharacters);
  const classes = [
    rules.ExcludeLowercase ? "" : CLASSES.lower,
    rules.ExcludeUppercase ? "" : CLASSES.upper,
    rules.ExcludeNumbers ? "" : CLASSES.digits,
    rules.ExcludePunctuation ? "" : CLASSES.punctuation,
    rules.IncludeSpace ? CLASSES.space : "",
  ]
    .map((characters) => [...characters].filter((character) => !excluded.has(character)))
    .filter((characters) => characters.length > 0);
  const required = rules.RequireEachIncludedType ? classes : [];
  if (classes.length === 0 || required.length > rules.PasswordLength) {
    throw invalidParameter(
      `A password of ${rules.PasswordLength} characters is not possible with ${classes.length} kinds of characters: exclude less, or ask for more length.`,
    );
  }
  const all = classes.flat();
  const drawn = required.map(pick);
  while (drawn.length < rules.PasswordLength) drawn.push(pick(all));
  return shuffle(drawn).join("");
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? "";
}

function shuffle(characters: readonly string[]): readonly string[] {
  const rest = [...characters];
  return characters.flatMap(() => rest.splice(randomInt(rest.length), 1));
}
