import { isCredential, isSecretName } from "#fleet/credential.ts";
import type { PackageInput, PackageVariable } from "./server-json.ts";

/** What a person or a file gives, by the names of blanks. */
export type Values = Readonly<Record<string, string>>;

/** What has to be filled in before an input has a value: the input itself, or a variable in it. */
export interface Blank {
  readonly name: string;
  readonly what: string;
  readonly choices: readonly string[];
  readonly kind: "secret" | "plain";
  readonly isRequired: boolean;
}

export function labelOf({ name, valueHint }: PackageInput): string {
  return name ?? valueHint ?? "argument";
}

/** By its declaration, or, as many declare nothing, by its name. What everybody knows by default is none. */
export function isSecret(input: PackageInput): boolean {
  if (input.isSecret || variablesOf(input).some(([, variable]) => variable.isSecret)) return true;
  const known = input.value ?? input.default;
  return known === undefined ? isSecretName(labelOf(input)) : isCredential(labelOf(input), known);
}

export function blanksOf(input: PackageInput): readonly Blank[] {
  const kind = isSecret(input) ? "secret" : "plain";
  const own = variablesOf(input).filter(([, variable]) => knownOf(variable) === undefined);
  const isKnown = kind === "plain" && own.length === 0 && knownOf(input) !== undefined;
  const blanks: readonly (readonly [string, PackageVariable])[] = own.length > 0 ? own : [[labelOf(input), input]];
  return isKnown
    ? []
    : blanks.map(([name, { description = input.description ?? "", choices = [] }]) => ({
        name,
        what: description.replaceAll(/\s+/g, " ").trim(),
        choices,
        kind,
        isRequired: input.isRequired === true,
      }));
}

/** Its value, with what was given; undefined while a blank is left. A variable that is not declared is text. */
export function filled(input: PackageInput, values: Values): string | undefined {
  const label = labelOf(input);
  if (Object.hasOwn(values, label)) return values[label];
  const blanks = blanksOf(input).map(({ name }) => name);
  if (blanks.some((name) => !Object.hasOwn(values, name))) return undefined;
  const variables = new Map(variablesOf(input).map(([name, variable]) => [name, values[name] ?? knownOf(variable)]));
  return (input.value ?? input.default)?.replaceAll(variable, (whole, name: string) => variables.get(name) ?? whole);
}

/** What a key of a new secret has until it gets a value. */
export const placeholder = "replace-me";

/** What is wrong with a value, as its server would not know it. */
export function objectionTo({ name, choices, kind }: Blank, value: string): string | undefined {
  if (value === placeholder) return `The value of ${name} is a placeholder.`;
  if (choices.length === 0 || choices.includes(value)) return undefined;
  return `${name} cannot be ${kind === "secret" ? "this value" : value}: it is one of ${choices.join(", ")}.`;
}

const variable = /\{([^{}\s]+)\}/g;

/** Those that its value names. */
function variablesOf({ value, default: otherwise, variables }: PackageInput): (readonly [string, PackageVariable])[] {
  const names = new Set([...(value ?? otherwise ?? "").matchAll(variable)].map(([, name = ""]) => name));
  return Object.entries(variables).filter(([name]) => names.has(name));
}

function knownOf({ value, default: otherwise, isSecret }: PackageVariable): string | undefined {
  return isSecret ? undefined : (value ?? otherwise);
}
