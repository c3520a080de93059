import type * as v from "valibot";

type Issue = v.BaseIssue<unknown>;

/** A copy of the input in which what some issues are about is replaced, as `replacementOf` says; the others stay. */
export function withReplaced(
  input: unknown,
  issues: readonly Issue[],
  replacementOf: (issue: Issue) => { readonly value: unknown } | undefined,
): unknown {
  const copy: unknown = structuredClone(input);
  for (const issue of issues) {
    const replacement = replacementOf(issue);
    if (replacement === undefined) continue;
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => (isKeyed(at) ? at[key] : undefined), copy);
    if (isKeyed(parent)) parent[last] = replacement.value;
  }
  return copy;
}

function isKeyed(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
