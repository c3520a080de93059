import { AwsError } from "#endpoint/core/errors.ts";

/** A page of a list; the token is the offset of the next one. Throws `InvalidNextToken`. */
export function page<T>(all: readonly T[], size: number, token: string | undefined) {
  if (token !== undefined && !/^\d{1,9}$/.test(token)) {
    throw new AwsError("InvalidNextToken", "The specified token isn't valid.");
  }
  const start = Number(token ?? 0);
  const end = start + size;
  return { items: all.slice(start, end), NextToken: end < all.length ? String(end) : undefined };
}
