const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`: two units at most. */
export function durationOf(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000));
  if (rest < 60) return `${rest} s`;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** ` after 12 min`; nothing for what began and ended within a second: "after 0 s" says nothing. */
export function afterWords(ms: number): string {
  return ms < 1_000 ? "" : ` after ${durationOf(ms)}`;
}

/** `14:02 UTC`, with the date if it is not today. */
export function timeOfDay(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const sameDay = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10);
  return `${sameDay ? "" : `${iso.slice(0, 10)} `}${iso.slice(11, 16)} UTC`;
}
