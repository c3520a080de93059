/** A field of an object that nobody described to us. */
export interface Scalar {
  readonly name: string;
  readonly value: string;
  readonly depth: number;
  /** The field that holds its object; empty for the outermost. */
  readonly within: string;
}

/** As many fields of an object as are looked at: of anything that has more, they say nothing together. */
export const mostFields = 300;
const deepest = 4;

/** What it was before is no news, and has the same names as what it is now. */
const before = /^(?:[Oo]ld|[Pp]revious)(?=[A-Z_-]|$)/;

/** The fields of an object, outer ones first; of a list its first member, which says what the others are like. */
export function scalarsOf(value: unknown): readonly Scalar[] {
  const found: Scalar[] = [];
  let level: (readonly [name: string, value: unknown, within: string])[] = [["", value, ""]];
  for (let depth = 0; depth <= deepest && level.length > 0 && found.length < mostFields; depth++) {
    const next: (readonly [string, unknown, string])[] = [];
    for (const [name, held, within] of level.slice(0, mostFields)) {
      if (Array.isArray(held)) next.push([name, held[0], within]);
      else if (typeof held === "object" && held !== null) {
        const fields = Object.entries(held).filter(([field]) => !before.test(field));
        next.push(...fields.map(([field, inner]) => [field, inner, name] as const));
      } else if (isTold(held)) found.push({ name, value: String(held), depth, within });
    }
    level = next;
  }
  return found;
}

function isTold(held: unknown): held is string | number | boolean {
  if (typeof held === "string") return held.trim() !== "";
  return typeof held === "number" || typeof held === "boolean";
}

/** `build-status`, `Build Status` and `buildStatus` are one name. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The first of these names that has a value. */
export function pick(scalars: readonly Scalar[], names: readonly string[]): Scalar | undefined {
  const byName = new Map<string, Scalar>();
  for (const scalar of scalars) {
    const name = plainName(scalar.name);
    if (!byName.has(name)) byName.set(name, scalar);
  }
  for (const name of names) {
    const found = byName.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
