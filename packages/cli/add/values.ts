import { UsageError } from "../failure.ts";
import { nameable, readValues } from "../secrets/import.ts";
import type { Surroundings } from "../stage.ts";
import { openOf } from "./argument.ts";
import { type Blank, objectionTo, type Values } from "./input.ts";

/** So often somebody is asked who answers what cannot be. */
const mostTries = 3;

/** What a file has for the blanks. A value is never an argument: the shell would remember it. */
export async function readGiven(surroundings: Surroundings, blanks: readonly Blank[], file: string): Promise<Values> {
  const read = await readValues(surroundings, "--values", file, (name) => blanks.some((blank) => blank.name === name));
  const given = Object.fromEntries(
    blanks.flatMap(({ name }) => (Object.hasOwn(read, name) ? [[name, read[name] ?? ""]] : [])),
  );
  const unused = Object.keys(read).filter((name) => !Object.hasOwn(given, name));
  if (unused.length > 0)
    surroundings.terminal.note(`Left out, as the server declares none of them: ${nameable(unused)}.`);
  for (const blank of blanks) {
    const value = given[blank.name];
    const objection = value === undefined ? undefined : objectionTo(blank, value);
    if (objection !== undefined) throw new UsageError(`${objection} Nothing was changed.`);
  }
  return given;
}

/** Asks for each; secrets without echo. Enter leaves one open. */
export async function askFor({ terminal }: Surroundings, blanks: readonly Blank[]): Promise<Values> {
  const given: Record<string, string> = {};
  if (blanks.length > 0) terminal.note("Enter leaves one open.");
  for (const blank of blanks) {
    const value = await answerTo(terminal, blank);
    if (value !== "") given[blank.name] = value;
  }
  return given;
}

/** @throws {UsageError} for the last of several answers that cannot be */
async function answerTo(terminal: Surroundings["terminal"], blank: Blank): Promise<string> {
  const question = openOf(blank);
  for (let tries = 1; ; tries++) {
    const value =
      blank.kind === "secret"
        ? await terminal.askSecret(`${question} (not shown): `)
        : (await terminal.ask(`${question}: `)).trim();
    const objection = value === "" ? undefined : objectionTo(blank, value);
    if (objection === undefined) return value;
    if (tries === mostTries) throw new UsageError(`${objection} Nothing was changed.`);
    terminal.note(objection);
  }
}
