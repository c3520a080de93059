/** Whether a value fits a pattern that was compiled once. */
export type Pattern = (value: string) => boolean;

export interface Dialect {
  /** Whether `?` stands for exactly one character; otherwise for itself. */
  readonly questionMark: "one" | "itself";
  /** Whether a backslash makes the next character stand for itself. */
  readonly backslash: "escapes" | "itself";
  readonly letterCase: "exact" | "any";
}

const plain: Dialect = { questionMark: "one", backslash: "itself", letterCase: "exact" };

/**
 * The one matcher of every wildcard of the endpoint: `*` stands for any run of characters. Patterns come from
 * templates and values from strangers, and two `*` in a regular expression are enough to make a long value slow: this
 * looks at each character of a value once, whatever the pattern.
 */
export function compileWildcard(pattern: string, dialect: Partial<Dialect> = {}): Pattern {
  const full = { ...plain, ...dialect };
  if (full.letterCase === "any") {
    const fits = compileWildcard(pattern.toLowerCase(), { ...full, letterCase: "exact" });
    return (value) => fits(value.toLowerCase());
  }
  const [head = [], ...rest] = runsOf(pattern, full);
  const tail = rest.pop();
  if (tail === undefined) return (value) => value.length === head.length && standsAt(head, value, 0);
  const searches = rest.filter((run) => run.length > 0).map(compileSearch);
  return (value) => {
    const end = value.length - tail.length;
    if (end < head.length || !standsAt(head, value, 0) || !standsAt(tail, value, end)) return false;
    // The first place of each run leaves the most room for those behind it: none has to be tried again.
    let at = head.length;
    for (const search of searches) {
      at = search(value, at, end);
      if (at === nowhere) return false;
    }
    return true;
  };
}

export function matchesWildcard(pattern: string, value: string, dialect?: Partial<Dialect>): boolean {
  return compileWildcard(pattern, dialect)(value);
}

const anyOne = -1;
const nowhere = -1;

/** What is between two `*`: UTF-16 code units, and `anyOne`. */
type Run = readonly number[];

function runsOf(pattern: string, { questionMark, backslash }: Dialect): readonly Run[] {
  let run: number[] = [];
  const runs = [run];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at];
    if (sign === "*") {
      run = [];
      runs.push(run);
    } else if (sign === "?" && questionMark === "one") run.push(anyOne);
    else {
      if (sign === "\\" && backslash === "escapes" && at + 1 < pattern.length) at += 1;
      run.push(pattern.charCodeAt(at));
    }
  }
  return runs;
}

function standsAt(run: Run, value: string, start: number): boolean {
  return run.every((unit, index) => unit === anyOne || unit === value.charCodeAt(start + index));
}

/** Gives the end of the first place of a run between two positions, or `nowhere`. */
type Search = (value: string, from: number, to: number) => number;

/**
 * Shift-And: bit `i` of the state says that the run's first `i + 1` characters end here, so that all attempts advance
 * together, 32 a step. https://doi.org/10.1145/135239.135243 (Baeza-Yates and Gonnet, 1992)
 */
function compileSearch(run: Run): Search {
  const words = Math.ceil(run.length / 32);
  const last = words - 1;
  const complete = 1 << ((run.length - 1) % 32);
  const unknown = new Int32Array(words);
  const masks = new Map(run.filter((unit) => unit !== anyOne).map((unit) => [unit, new Int32Array(words)]));
  run.forEach((unit, index) => {
    const where = unit === anyOne ? [unknown, ...masks.values()] : [masks.get(unit) ?? unknown];
    for (const mask of where) mask[index >> 5] = (mask[index >> 5] ?? 0) | (1 << (index % 32));
  });
  return (value, from, to) => {
    const state = new Int32Array(words);
    for (let at = from; at < to; at++) {
      const mask = masks.get(value.charCodeAt(at)) ?? unknown;
      let carry = 1;
      for (let word = 0; word < words; word++) {
        const before = state[word] ?? 0;
        state[word] = ((before << 1) | carry) & (mask[word] ?? 0);
        carry = before >>> 31;
      }
      if (((state[last] ?? 0) & complete) !== 0) return at + 1;
    }
    return nowhere;
  };
}
