import * as v from "valibot";
import type { Problem } from "./problem.ts";

/** Valibot carries one string with an issue; this packs the two that a person needs into it. */
export function expectation(allowed: string, remedy: string): string {
  return JSON.stringify({ allowed, remedy });
}

const Packed = v.pipe(v.string(), v.parseJson(), v.object({ allowed: v.string(), remedy: v.string() }));

/** An object that takes these fields and no others. */
export function closed<const Entries extends v.ObjectEntries>(entries: Entries) {
  const fields = Object.keys(entries).join(", ");
  return v.strictObject(entries, (issue) => {
    if (issue.expected === "never")
      return expectation(`the fields ${fields}`, "Remove the field, or correct its spelling.");
    if (issue.received === "undefined") return expectation("a value: the field is required", "Add the field.");
    return expectation(`an object with the fields ${fields}`, "Write it as an object.");
  });
}

/** What valibot found, as problems of the map. */
export function problemsOf(issues: readonly v.BaseIssue<unknown>[]): readonly Problem[] {
  return issues.map((issue) => {
    const packed = v.safeParse(Packed, issue.message);
    const field = v.getDotPath(issue) ?? "(the whole map)";
    const value = issue.path?.at(-1)?.value ?? issue.input;
    return packed.success
      ? { field, value, ...packed.output }
      : { field, value, allowed: issue.expected ?? issue.message, remedy: "Change the value to one that is allowed." };
  });
}
