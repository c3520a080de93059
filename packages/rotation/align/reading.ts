import type { SecretEntry } from "../map.ts";
import { hasMark, parseValue, type SecretValue, sameValue, survivesRewriting } from "../value.ts";
import { type Alignment, align } from "./align.ts";
import { namesIn } from "./names.ts";

export type Reading =
  | {
      readonly kind: "readable";
      readonly value: SecretValue;
      readonly alignment: Alignment;
      readonly isMarked: boolean;
    }
  /** `why` ends a sentence that begins with the secret's name. */
  | { readonly kind: "unreadable"; readonly why: string };

type Names = Pick<SecretEntry, "aliases" | "placeholders">;

/** What the text of a version comes to. */
export function readVersion(text: string, { aliases, placeholders }: Names): Reading {
  const value = parseValue(text);
  if (value === undefined) return { kind: "unreadable", why: "is not a JSON object" };
  if (namesIn(value, aliases).length === 0) return { kind: "unreadable", why: "has none of the keys from the map" };
  const alignment = align(value, aliases, placeholders);
  const isMarked = hasMark(text);
  const isWritten = isMarked || alignment.kind === "change";
  if (!isWritten || survivesRewriting(text)) return { kind: "readable", value, alignment, isMarked };
  return { kind: "unreadable", why: "has a duplicate key, or a number that would change if it were rewritten" };
}

/** Whether it is rewritten in any case, so that nothing is to be rolled onto it. */
export function isLegacy(text: string, names: Names): boolean {
  const reading = Object.keys(names.aliases).length === 0 ? undefined : readVersion(text, names);
  if (reading?.kind !== "readable") return false;
  const { alignment, isMarked, value } = reading;
  return isMarked || (alignment.kind === "change" && !sameValue(alignment.renamed, value));
}
