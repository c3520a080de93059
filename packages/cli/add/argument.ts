import { type Blank, filled, isSecret, labelOf, type Values } from "./input.ts";
import type { PackageArgument } from "./server-json.ts";

/** A word of a command line: text, or the value of a variable that comes from a secret. */
export type Word = { readonly text: string } | { readonly secret: string };

/** An argument on the command line; a required one without a value is there to be filled in. */
export function wordsOf(argument: PackageArgument, values: Values): readonly Word[] {
  const { type, name = "", isRequired = false, format } = argument;
  const value = filled(argument, values);
  const flag = type === "named" ? [{ text: name }] : [];
  if (isSecret(argument)) {
    return isRequired || value !== undefined ? [...flag, { secret: variableOf(argument) }] : [];
  }
  if (value !== undefined) return value === "" && type === "named" ? flag : [...flag, { text: value }];
  if (!isRequired) return [];
  return type === "named" && format === "boolean"
    ? flag
    : [...flag, { text: `<${labelOf(argument).replace(/^-+/, "")}>` }];
}

/** The variable that holds an argument's value, where that is a secret: `--api-key` is in `API_KEY`. */
export function variableOf(argument: PackageArgument): string {
  const name = labelOf(argument).replace(/^\W+/, "").replaceAll(/\W+/g, "_").toUpperCase();
  return /^[A-Z_]/.test(name) ? name : `ARGUMENT_${name}`;
}

/** What starts a program; a shell where a secret is an argument, as nothing else puts it there. */
export function commandOf(program: readonly string[], words: readonly Word[]): readonly [string, ...string[]] {
  const all: readonly Word[] = [...program.map((text) => ({ text })), ...words];
  const texts = all.flatMap((word) => ("text" in word ? [word.text] : []));
  const [first = "", ...rest] = texts;
  if (texts.length === all.length) return [first, ...rest];
  const line = all.map((word) => ("text" in word ? quoted(word.text) : `"$${word.secret}"`)).join(" ");
  return ["sh", "-c", `exec ${line}`];
}

function quoted(text: string): string {
  return /^(?:[\w@%+=:,./-]+|\$PORT)$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** What `docker run -e NAME=value` says. */
export function variablesAmong(told: readonly PackageArgument[]) {
  return told.flatMap(({ type, ...input }) => {
    const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(input.value ?? input.default ?? "") ?? [];
    const isVariable = type === "named" && (input.name === "-e" || input.name === "--env");
    return isVariable && name !== undefined ? [{ ...input, name, value }] : [];
  });
}

/** What has to be filled in, or may be. */
export function openOf({ name, what, choices }: Blank): string {
  const more = [what, choices.length > 0 ? `one of ${choices.join(", ")}` : ""].filter((text) => text !== "");
  return `${name}${more.length > 0 ? ` (${more.join("; ")})` : ""}`;
}
