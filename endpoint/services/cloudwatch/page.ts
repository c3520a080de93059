import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";

/** A page of a list, and the token of the next one. */
export function page<T>(all: readonly T[], size: number, token: string | undefined) {
  const { items, next } = pageOf(all, size, token, () => new AwsError("InvalidNextToken", "Invalid NextToken"));
  return { items, NextToken: next };
}
