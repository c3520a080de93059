import { pageOf as corePageOf, startOf, tokenFor } from "#endpoint/core/page.ts";
import { refused } from "./template/errors.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

const refusal = () => refused("Token is invalid");

export function pageOf<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  const { items: chosen, next } = corePageOf(items, size, token, refusal);
  return { items: chosen, ...(next === undefined ? {} : { nextToken: next }) };
}

/** Newest first, of a list that grows at its end: the token counts from the oldest, so that new items shift nothing. */
export function newestFirst<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  const end = token ? startOf(token) : items.length;
  if (end === undefined) throw refusal();
  const start = Math.max(0, end - size);
  return { items: items.slice(start, end).reverse(), ...(start > 0 ? { nextToken: tokenFor(start) } : {}) };
}
