/** Entries whose key an earlier one has, each with that first one. */
export function duplicates<T>(items: readonly T[], keyOf: (item: T) => string): readonly { first: T; entry: T }[] {
  const seen = new Map<string, T>();
  return items.flatMap((entry) => {
    const first = seen.get(keyOf(entry));
    if (first === undefined) seen.set(keyOf(entry), entry);
    return first === undefined ? [] : [{ first, entry }];
  });
}
