import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";

/** Names that refer to something the map does not declare. */
export function unknown(
  field: string,
  values: readonly string[] | undefined,
  allowed: readonly string[],
  remedy: string,
): readonly Problem[] {
  return (values ?? [])
    .filter((value) => !allowed.includes(value))
    .map((value) => ({
      field,
      value,
      allowed: allowed.join(", ") || "(none are declared)",
      remedy: `${didYouMean(value, allowed)}${remedy}, or correct its name.`,
    }));
}
