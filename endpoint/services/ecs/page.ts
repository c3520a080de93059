import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { numeric } from "#endpoint/core/properties.ts";

export const pageSchema = {
  maxResults: v.optional(numeric),
  nextToken: v.optional(v.nullable(v.string())),
};

/** One page of a list. */
export function page<T>(
  items: readonly T[],
  {
    maxResults = 100,
    nextToken,
  }: { readonly maxResults?: number | undefined; readonly nextToken?: string | null | undefined },
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const refusal = () => new AwsError("InvalidParameterException", "Invalid token.");
  const { items: chosen, next } = pageOf(items, maxResults, nextToken, refusal);
  return { items: chosen, ...(next === undefined ? {} : { nextToken: next }) };
}
