import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import type { SecretPlan } from "#fleet";
import { UsageError } from "../failure.ts";
import { isMissing } from "../file.ts";
import type { Stage } from "../stage.ts";
import type { SecretKeys } from "./value.ts";

/** Asks without echo. Where no key was named it asks for each of the map, and Enter leaves one as it is. */
export async function readFromPerson(
  { terminal }: Stage,
  { name, keys: known }: SecretPlan,
  keys: readonly string[],
): Promise<SecretKeys> {
  if (!terminal.interactive)
    throw new UsageError("Nobody can be asked for a value here: give --from-file <file>, or --from-file - for a pipe.");
  if (keys.length === 0) terminal.note(`${name}: Enter leaves a key as it is.`);
  const values: Record<string, string> = {};
  for (const key of keys.length === 0 ? Object.keys(known) : keys) {
    const value = await terminal.askSecret(`${name} ${key} (not shown): `);
    if (value !== "" || keys.length > 0) values[key] = value;
  }
  return values;
}

const Values = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** One key: the whole file but for one line break at its end. Several, or none named: a JSON object of texts. */
export async function readFromFile(stage: Stage, file: string, keys: readonly string[]): Promise<SecretKeys> {
  const whole = file === "-" ? await readPipe(stage) : await readWhole(file);
  const [key, ...others] = keys;
  if (key !== undefined && others.length === 0) {
    const value = whole.replace(/\r?\n$/, "");
    if (value !== value.trim())
      stage.terminal.note(`The value of ${key} begins or ends with blanks or line breaks: they are kept.`);
    return { [key]: value };
  }
  const parsed = v.safeParse(Values, whole);
  if (!parsed.success)
    throw new UsageError(
      `--from-file ${file}: for several keys it is a JSON object of texts, {"KEY": "value"}; name one key for a plain file.`,
    );
  const missing = keys.filter((one) => !Object.hasOwn(parsed.output, one));
  if (missing.length > 0) throw new UsageError(`--from-file ${file} lacks ${missing.join(", ")}: nothing was changed.`);
  return keys.length === 0 ? parsed.output : Object.fromEntries(keys.map((one) => [one, parsed.output[one] ?? ""]));
}

function readPipe({ stdin }: Stage): Promise<string> {
  // What is typed at a terminal would show.
  if (stdin.isTTY === true) throw new UsageError("--from-file - reads a pipe: leave it out to be asked without echo.");
  return text(stdin);
}

async function readWhole(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--from-file ${file}: ${isMissing(error) ? "there is no such file" : "it cannot be read"}.`);
  }
}
