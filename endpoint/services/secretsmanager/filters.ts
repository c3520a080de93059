import * as v from "valibot";
import type { Secret } from "./secret.ts";

export const filters = v.optional(
  v.array(
    v.object({
      Key: v.picklist(["name", "description", "tag-key", "tag-value", "primary-region", "owning-service", "all"]),
      Values: v.pipe(v.array(v.string()), v.maxLength(10)),
    }),
  ),
  [],
);
type Filter = v.InferOutput<typeof filters>[number];

/** Filters are all met, each by one of its values; a leading `!` negates a value. */
export function matchesFilters(secret: Secret, all: readonly Filter[]): boolean {
  return all.every(({ Key, Values }) => {
    const texts = textsOf(secret, Key);
    return Values.some((value) =>
      value.startsWith("!") ? !matches(Key, texts, value.slice(1)) : matches(Key, texts, value),
    );
  });
}

function textsOf(secret: Secret, key: Filter["Key"]): readonly string[] {
  switch (key) {
    case "name":
      return [secret.name];
    case "description":
      return [secret.description ?? ""];
    case "tag-key":
      return [...(secret.tags?.keys() ?? [])];
    case "tag-value":
      return [...(secret.tags?.values() ?? [])];
    case "primary-region":
    case "owning-service":
      return [];
    case "all":
      return [secret.name, secret.description ?? "", ...[...(secret.tags ?? [])].flat()];
  }
}

/** A prefix, in exact case for names and tags. https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html */
function matches(key: Filter["Key"], texts: readonly string[], value: string): boolean {
  const exactCase = key === "name" || key === "tag-key" || key === "tag-value";
  const fold = (text: string) => (exactCase ? text : text.toLowerCase());
  const words =
    key === "all" || key === "description" ? texts.flatMap((text) => [text, ...text.split(/[\s/_+=.@-]+/)]) : texts;
  return words.some((text) => fold(text).startsWith(fold(value)));
}
