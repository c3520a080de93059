/** A page of what a log has in a span of time, oldest first. It may be empty, and others follow all the same. */
export interface LogPage {
  readonly lines: readonly { readonly at: number; readonly text: string }[];
  readonly nextToken: string | undefined;
}

/** Reads a page of the error lines of a span, in milliseconds since the epoch. */
export type ReadPage = (from: number, until: number, token: string | undefined) => Promise<LogPage>;

/** How long before a problem its cause may have been logged, the nearest first. */
const spansMs = [15_000, 60_000, 180_000, 600_000] as const;
/** As many lines as a card shows. */
const wanted = 6;
/** As many pages of a span as are read: the last ones matter, and only the pages before lead to them. */
const pagesOfSpan = 50;

/**
 * The newest error lines before a problem, oldest first. A log is read oldest first, so spans just before the problem are
 * read before longer ones; what is found in time is what there is.
 *
 * @param isOver whether there is no time left
 */
export async function newestLines(at: number, read: ReadPage, isOver: () => boolean): Promise<readonly string[]> {
  let found: readonly string[] = [];
  let until = at;
  for (const span of spansMs) {
    const from = at - span;
    const lines = await readSpan(from, until, read, isOver);
    found = [...lines, ...found].slice(-wanted);
    if (found.length >= wanted || isOver()) return found;
    until = from - 1;
  }
  return found;
}

async function readSpan(
  from: number,
  until: number,
  read: ReadPage,
  isOver: () => boolean,
): Promise<readonly string[]> {
  let newest: LogPage["lines"] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesOfSpan && !isOver(); page++) {
    const { lines, nextToken } = await read(from, until, token);
    newest = [...newest, ...lines].sort((one, other) => one.at - other.at).slice(-wanted);
    if (nextToken === undefined) break;
    token = nextToken;
  }
  return newest.map(({ text }) => text);
}
