import * as v from "valibot";

/** A field with an unexpected shape counts as absent: the rest still makes a message. */
export const text = v.fallback(v.optional(v.nullable(v.string())), undefined);
export const number = v.fallback(v.optional(v.nullable(v.number())), undefined);
export const flag = v.fallback(v.optional(v.boolean()), undefined);
export const texts = v.fallback(v.array(v.string()), []);
export const pairs = v.fallback(v.record(v.string(), v.string()), {});

/** An empty text says as little as none. */
export function present(value: string | null | undefined): string | undefined {
  return value == null || value.trim() === "" ? undefined : value;
}
