import { isList, isObject, type Json } from "../template/json.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_PropertyDifference.html */
export interface PropertyDifference {
  readonly path: string;
  readonly expected: Json | undefined;
  readonly actual: Json | undefined;
  readonly type: "ADD" | "REMOVE" | "NOT_EQUAL";
}

/** What is not as the template says it; what the template leaves open is not looked at, whatever it is now. */
export function differencesOf(expected: Json, actual: Json | undefined, path: string): readonly PropertyDifference[] {
  if (actual === undefined) return [{ path, expected, actual, type: "REMOVE" }];
  if (isList(expected) && isList(actual)) return differencesOfLists(expected, actual, path);
  if (isObject(expected) && isObject(actual))
    return Object.entries(expected).flatMap(([key, value]) => differencesOf(value, actual[key], `${path}/${key}`));
  // A template writes "30" where the service says 30.
  return String(expected) === String(actual) ? [] : [{ path, expected, actual, type: "NOT_EQUAL" }];
}

/** Lists are compared without their order: hardly any service keeps it. */
function differencesOfLists(
  expected: readonly Json[],
  actual: readonly Json[],
  path: string,
): readonly PropertyDifference[] {
  const left = [...actual];
  const unmatched = expected.flatMap((value, index) => {
    const same = left.findIndex((one) => differencesOf(value, one, path).length === 0);
    if (same >= 0) left.splice(same, 1);
    return same >= 0 ? [] : [{ value, path: `${path}/${index}` }];
  });
  const changed = unmatched.flatMap((one, index) => differencesOf(one.value, left[index], one.path));
  const added = left
    .slice(unmatched.length)
    .map((value): PropertyDifference => ({ path, expected: undefined, actual: value, type: "ADD" }));
  return [...changed, ...added];
}
