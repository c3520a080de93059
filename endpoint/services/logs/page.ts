import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { numeric } from "#endpoint/core/properties.ts";

export const pageSchema = { limit: v.optional(numeric), nextToken: v.optional(v.nullable(v.string())) };

/** One page of a list, 50 items by default. */
export function page<T>(
  items: readonly T[],
  { limit = 50, nextToken }: { readonly limit?: number | undefined; readonly nextToken?: string | null | undefined },
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const refusal = () => new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  const { items: chosen, next } = pageOf(items, limit, nextToken, refusal);
  return { items: chosen, ...(next === undefined ? {} : { nextToken: next }) };
}
