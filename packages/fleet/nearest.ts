/** `Did you mean "slack"? ` before a remedy, where one of the names is a slip of the keyboard away; else nothing. */
export function didYouMean(word: unknown, names: readonly string[]): string {
  if (typeof word !== "string" || word === "" || word.length > 64) return "";
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(plain(word), plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.min(word.length, name.length) / 3)))
    .toSorted((one, other) => one.distance - other.distance);
  return best === undefined ? "" : `Did you mean ${JSON.stringify(best.name)}? `;
}

/** `health_path`, `HealthPath` and `healthPath` are one word to the person who writes it. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Letters to add, leave out or replace, and neighbours to swap (optimal string alignment). */
function distanceOf(one: string, other: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let row = 1; row <= one.length; row++) {
    const here = [row];
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1];
      const swapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1];
      here.push(
        Math.min(
          (last[at] ?? 0) + 1,
          (here[at - 1] ?? 0) + 1,
          (last[at - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (beforeLast[at - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, here];
  }
  return last[other.length] ?? 0;
}
