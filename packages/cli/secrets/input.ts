import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import type { SecretPlan } from "#fleet";
import { UsageError } from "../failure.ts";
import { isMissing } from "../file.ts";
import type { Stage } from "../stage.ts";
import type { SecretKeys } from "./value.ts";

/** Asks without echo. If no key was named it asks for each of the map's; Enter leaves one unchanged. */
export async function readFromPerson(
  { terminal }: Stage,
  { name, keys: known }: SecretPlan,
  keys: readonly string[],
): Promise<SecretKeys> {
  if (!terminal.interactive)
    throw new UsageError(
      "Cannot ask for a value without a terminal: use --from-file <file>, or --from-file - for a pipe.",
    );
  if (keys.length === 0) terminal.note(`${name}: Enter leaves a key unchanged.`);
  const values: Record<string, string> = {};
  for (const key of keys.length === 0 ? Object.keys(known) : keys) {
    const value = await terminal.askSecret(`${name} ${key} (not shown): `);
    if (value !== "" || keys.length > 0) values[key] = value;
  }
  return values;
}

const Values = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** One key: the whole file except one trailing line break. Several, or none named: a JSON object of strings. */
export async function readFromFile(stage: Stage, file: string, keys: readonly string[]): Promise<SecretKeys> {
  const whole = await readSource(stage, "--from-file", file);
  const [key, ...others] = keys;
  if (key !== undefined && others.length === 0) {
    const value = whole.replace(/\r?\n$/, "");
    if (value !== value.trim())
      stage.terminal.note(`The value of ${key} begins or ends with whitespace, which is kept.`);
    return { [key]: value };
  }
  const parsed = v.safeParse(Values, whole);
  if (!parsed.success)
    throw new UsageError(
      `--from-file ${file}: for several keys it must be a JSON object of strings, {"KEY": "value"}; name one key to use a plain file.`,
    );
  const missing = keys.filter((one) => !Object.hasOwn(parsed.output, one));
  if (missing.length > 0) throw new UsageError(`--from-file ${file} lacks ${missing.join(", ")}: nothing was changed.`);
  return keys.length === 0 ? parsed.output : Object.fromEntries(keys.map((one) => [one, parsed.output[one] ?? ""]));
}

/** Some editors of Windows write it, and no value begins with it: https://www.unicode.org/faq/utf_bom.html */
const byteOrderMark = /^\uFEFF/;

/**
 * The text of a file, or of the pipe for `-`.
 * @param word the word of the command line before it
 */
export async function readSource({ stdin }: Pick<Stage, "stdin">, word: string, file: string): Promise<string> {
  // Typing at a terminal would echo.
  if (file === "-" && stdin.isTTY === true)
    throw new UsageError(`${word} - reads a pipe: fleet secrets set asks for a value without echo.`);
  if (file === "-") return text(stdin);
  try {
    return (await readFile(file, "utf8")).replace(byteOrderMark, "");
  } catch (error) {
    throw new UsageError(`${word} ${file}: ${isMissing(error) ? "no such file" : "cannot be read"}.`);
  }
}
