/** White space, and what a clipboard brings that nobody sees: marks of order and of width zero. */
const invisible = /[\s\u200b-\u200d\u2060\ufeff]/;
const quotes = ['"', "'", "`"];

/** A text without what is around it by accident: white space, and quotes. */
export function tidied(text: string): string {
  let [from, to] = [0, text.length];
  for (;;) {
    while (from < to && invisible.test(text.charAt(from))) from++;
    while (from < to && invisible.test(text.charAt(to - 1))) to--;
    const first = text.charAt(from);
    if (to - from < 2 || !quotes.includes(first) || text.charAt(to - 1) !== first) return text.slice(from, to);
    from++;
    to--;
  }
}

/** The same for names that differ in case, white space, dashes and underscores alone. */
export function folded(name: string): string {
  return name.replace(/[\s\u200b-\u200d\u2060\ufeff_-]/g, "").toLowerCase();
}
