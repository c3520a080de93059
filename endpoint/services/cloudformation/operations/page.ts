import { refused } from "../template/errors.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** One page of a list, by the position the token holds. */
export function pageOf<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  const start = positionOf(token) ?? 0;
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}

/** Newest first, of a list that grows at its end: the token counts from the oldest, so that new items shift nothing. */
export function newestFirst<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  const end = positionOf(token) ?? items.length;
  const start = Math.max(0, end - size);
  return { items: items.slice(start, end).reverse(), ...(start > 0 ? { nextToken: String(start) } : {}) };
}

function positionOf(token: string | undefined): number | undefined {
  if (token === undefined || token === "") return undefined;
  const position = Number(token);
  if (!Number.isInteger(position) || position < 0) throw refused("Token is invalid");
  return position;
}
