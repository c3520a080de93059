import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";

/** A page of a list. Throws `InvalidNextToken`. */
export function page<T>(all: readonly T[], size: number, token: string | undefined) {
  const refusal = () => new AwsError("InvalidNextToken", "The specified token isn't valid.");
  const { items, next } = pageOf(all, size, token, refusal);
  return { items, NextToken: next };
}
