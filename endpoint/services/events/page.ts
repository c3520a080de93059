import * as v from "valibot";
import { validationError } from "#endpoint/core/errors.ts";
import { pageOf } from "#endpoint/core/page.ts";
import { numeric } from "#endpoint/core/properties.ts";

export const pageSchema = {
  Limit: v.optional(v.pipe(numeric, v.minValue(1), v.maxValue(100)), 100),
  NextToken: v.optional(v.string()),
};

/** A page of a list, of at most as many as the caller asks for. */
export function page<T>(all: readonly T[], input: { readonly Limit: number; readonly NextToken?: string | undefined }) {
  const refusal = () => validationError("Parameter NextToken is not valid.");
  const { items, next } = pageOf(all, input.Limit, input.NextToken, refusal);
  return { items, NextToken: next };
}
