import * as v from "valibot";

/** A secret's JSON: keys that become environment variables. */
export type SecretValue = Readonly<Record<string, string>>;

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** `undefined` when the text is no JSON object of strings. The text itself is in no error. */
export function parseValue(text: string | undefined): SecretValue | undefined {
  const parsed = v.safeParse(Value, text);
  return parsed.success ? parsed.output : undefined;
}

export function sameValue(a: SecretValue, b: SecretValue): boolean {
  return sameExcept(a, b, []);
}

/** Whether two values agree in every key but these. */
export function sameExcept(a: SecretValue, b: SecretValue, changing: readonly string[]): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => changing.includes(key) || a[key] === b[key]);
}

/** Keys that still have the placeholder the map seeded. */
export function placeholdersIn(value: SecretValue, placeholders: SecretValue): readonly string[] {
  return Object.keys(placeholders).filter((key) => value[key] === placeholders[key]);
}
