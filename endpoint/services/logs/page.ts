import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";

export const pageSchema = { limit: v.optional(numeric), nextToken: v.optional(v.nullable(v.string())) };

/** One page of a list, 50 items by default; the token is the place where the next one starts. */
export function page<T>(
  items: readonly T[],
  { limit = 50, nextToken }: { readonly limit?: number | undefined; readonly nextToken?: string | null | undefined },
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const start = nextToken ? Number(nextToken) : 0;
  if (!Number.isInteger(start)) throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  const end = start + limit;
  return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
}
