const blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** A row of blocks for a series; a gap is a space, never a zero. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(0, ...known);
  const span = Math.max(...known, 0) - low;
  return values
    .map((value) => {
      if (value === undefined) return " ";
      const step = span === 0 ? 0 : Math.round(((value - low) / span) * (blocks.length - 1));
      return blocks[step] ?? blocks[0];
    })
    .join("");
}
