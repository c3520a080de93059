import { UsageError } from "../failure.ts";
import { nameable, readValues } from "../secrets/import.ts";
import type { Surroundings } from "../stage.ts";
import { openOf } from "./argument.ts";
import { type Blank, checkChoices, type Values } from "./input.ts";

/** What a key of a new secret has until it gets a value. */
export const placeholder = "replace-me";

/** What a file has for the blanks. A value is never an argument: the shell would remember it. */
export async function readGiven(surroundings: Surroundings, blanks: readonly Blank[], file: string): Promise<Values> {
  const read = await readValues(surroundings, "--values", file, (name) => blanks.some((blank) => blank.name === name));
  const given = Object.fromEntries(
    blanks.flatMap(({ name }) => (Object.hasOwn(read, name) ? [[name, read[name] ?? ""]] : [])),
  );
  const unused = Object.keys(read).filter((name) => !Object.hasOwn(given, name));
  if (unused.length > 0)
    surroundings.terminal.note(`Left out, as the server declares none of them: ${nameable(unused)}.`);
  return checked(blanks, given);
}

/** Asks for each; secrets without echo. Enter leaves one open. */
export async function askFor({ terminal }: Surroundings, blanks: readonly Blank[]): Promise<Values> {
  const given: Record<string, string> = {};
  if (blanks.length > 0) terminal.note("Enter leaves one open.");
  for (const blank of blanks) {
    const question = openOf(blank);
    const value =
      blank.kind === "secret"
        ? await terminal.askSecret(`${question} (not shown): `)
        : await terminal.ask(`${question}: `);
    if (value !== "") given[blank.name] = value;
  }
  return checked(blanks, given);
}

function checked(blanks: readonly Blank[], given: Values): Values {
  checkChoices(blanks, given);
  const [unreal] = Object.keys(given).filter((name) => given[name] === placeholder);
  if (unreal !== undefined) throw new UsageError(`The value of ${unreal} is a placeholder: nothing was changed.`);
  return given;
}
