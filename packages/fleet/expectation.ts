import * as v from "valibot";
import { didYouMean } from "./nearest.ts";
import type { Problem } from "./problem.ts";

/** Valibot carries one string with an issue; this packs in the two that a person needs, and the allowed names. */
export function expectation(allowed: string, remedy: string, names?: readonly string[]): string {
  return JSON.stringify({ allowed, remedy, names });
}

const Packed = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ allowed: v.string(), remedy: v.string(), names: v.optional(v.array(v.string())) }),
);

/**
 * An object with these fields and no others; every unknown field is reported.
 *
 * @param needed by field: what is said where it is not set, if that is more than that it has to be
 */
export function closed<const Entries extends v.ObjectEntries>(
  entries: Entries,
  needed: Readonly<Record<string, string>> = {},
) {
  const names = Object.keys(entries);
  const fields = names.join(", ");
  const others = v.never(expectation(`the fields ${fields}`, "Remove the field, or correct its spelling.", names));
  return v.objectWithRest(entries, others, (issue) => {
    const field = String(issue.path?.at(-1)?.key);
    if (issue.received === "undefined")
      return needed[field] ?? expectation("a value: the field is required", "Add the field.");
    return expectation(`an object with the fields ${fields}`, "Write it as an object.");
  });
}

/** What valibot found, as problems of the map. */
export function problemsOf(issues: readonly v.BaseIssue<unknown>[]): readonly Problem[] {
  return issues.map((issue) => {
    const packed = v.safeParse(Packed, issue.message);
    const last = issue.path?.at(-1);
    const found = issue.type === "never" ? last?.key : issue.input;
    const { allowed, remedy, names } = packed.success ? packed.output : plainly(issue);
    return {
      field: v.getDotPath(issue) ?? "(the whole map)",
      value: last?.value ?? issue.input,
      allowed,
      remedy: `${didYouMean(found, names ?? choicesOf(issue))}${remedy}`,
    };
  });
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text, in quotes",
  Array: "a list, in brackets: [ … ]",
  boolean: "true or false",
  number: "a number, without quotes",
  Object: "an object: { … }",
};

/** An issue whose schema has no message of its own. */
function plainly({ expected, message }: v.BaseIssue<unknown>): v.InferOutput<typeof Packed> {
  const allowed = expected === null ? message : (kinds[expected] ?? expected.replace(/^\((.*)\)$/, "$1"));
  return { allowed, remedy: "Change it to an allowed value." };
}

/** `("aws" | "loopback")`, as valibot writes a choice. */
function choicesOf({ expected }: v.BaseIssue<unknown>): readonly string[] {
  return [...(expected ?? "").matchAll(/"([^"]{1,64})"/g)].map(([, choice = ""]) => choice);
}
