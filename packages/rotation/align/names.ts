import { folded } from "../handwriting.ts";
import type { Json, SecretValue } from "../value.ts";

/** A key of a secret that stands for one of the map's. */
export interface Named {
  readonly name: string;
  /** The canonical one. */
  readonly key: string;
  /** `variant`: neither one of the map's nor an alias, but for case, white space, dashes and underscores. */
  readonly kind: "canonical" | "alias" | "variant";
  readonly held: Json;
}

/** Those that aliases lead to, by whatever name: canonical ones first, variants last. */
export function namesIn(value: SecretValue, aliases: Readonly<Record<string, string>>): readonly Named[] {
  const canonical = [...new Set(Object.values(aliases))];
  const known = [...canonical.map((key) => [key, key] as const), ...Object.entries(aliases)];
  const found = Object.entries(value).flatMap(([name, held]): readonly Named[] => {
    const exact = known.find(([one]) => one === name);
    const [, key] = exact ?? known.find(([one]) => folded(one) === folded(name)) ?? [];
    if (key === undefined) return [];
    return [{ name, key, kind: exact === undefined ? "variant" : name === key ? "canonical" : "alias", held }];
  });
  const order = ["canonical", "alias", "variant"];
  return found.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}
