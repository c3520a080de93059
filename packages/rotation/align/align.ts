import { isDeepStrictEqual } from "node:util";
import { Address } from "../address.ts";
import { Credential, tokenIn } from "../credential.ts";
import { tidied } from "../handwriting.ts";
import { normalizeHecUrl } from "../splunk/hec.ts";
import { addressKey, tokenKey } from "../splunk/hec-target.ts";
import { isBlank, isPlaceholder, type Json, type SecretValue, sameValue, textAt } from "../value.ts";
import { type Named, namesIn } from "./names.ts";

export type Alignment =
  | { readonly kind: "aligned" }
  | {
      readonly kind: "change";
      readonly value: SecretValue;
      /** The same with addresses unchanged, in case the normalized one is not accepted. */
      readonly renamed: SecretValue;
      /** Old names whose value differed from the canonical key's, or another's, which won. */
      readonly conflicts: readonly string[];
      /** Names that only resembled one of the map's. */
      readonly variants: readonly string[];
      /** What the address of `value` has no more: a token that is now under its own key, and whatever else was in its query. */
      readonly shed: readonly ("token" | "query")[];
    };

type Placeholders = Readonly<Record<string, string>>;

/**
 * A value with its keys under their canonical names. A legacy key and its canonical one may both be there: the canonical
 * wins, unless it has nothing in it, or nothing that can be right. Addresses and tokens of HEC lose what clients add themselves. Pure, and the same
 * again on its own result.
 */
export function align(
  value: SecretValue,
  aliases: Readonly<Record<string, string>>,
  placeholders: Placeholders,
): Alignment {
  const names = namesIn(value, aliases);
  const others = Object.entries(value).filter(([name]) => !names.some((one) => one.name === name));
  const chosen = [...new Set(names.map(({ key }) => key))].map((key) =>
    choose(
      names.filter((one) => one.key === key),
      placeholders[key],
    ),
  );
  const renamed: SecretValue = Object.fromEntries([...others, ...chosen.map(({ key, held }) => [key, held] as const)]);
  const { value: normalized, shed } = normalize(renamed, placeholders);
  if (sameValue(normalized, value)) return { kind: "aligned" };
  return {
    kind: "change",
    value: normalized,
    renamed,
    conflicts: chosen.flatMap(({ losers }) => losers),
    variants: names.filter(({ kind }) => kind === "variant").map(({ name }) => name),
    shed,
  };
}

/** Of several keys for one, the first whose text is what it claims to be; and those that it takes the place of, though they say otherwise. */
function choose(candidates: readonly Named[], placeholder: string | undefined) {
  const worthOf = ({ key, held }: Named) => {
    if (isBlank(held)) return 0;
    if (isPlaceholder(held, placeholder)) return 1;
    return typeof held !== "string" ? 2 : isWhatItClaims(key, held) ? 4 : 3;
  };
  const [first, ...rest] = candidates.toSorted((one, other) => worthOf(other) - worthOf(one));
  if (first === undefined) throw new Error("A key was chosen from no names.");
  const held = isPlaceholder(first.held, placeholder) ? first.held : cleaned(first.key, first.held);
  const base = (one: Json) => (first.key === addressKey && typeof one === "string" ? normalizeHecUrl(one) : one);
  const losers = rest.filter(
    (one) => worthOf(one) > 1 && !isDeepStrictEqual(base(cleaned(one.key, one.held)), base(held)),
  );
  return { key: first.key, held, losers: losers.map(({ name }) => name) };
}

function isWhatItClaims(key: string, held: string): boolean {
  if (key === addressKey) return Address.read(held) instanceof Address;
  return key !== tokenKey || Credential.read(held) instanceof Credential;
}

/** What no reader can take for part of the value goes without a proof. */
function cleaned(key: string, held: Json): Json {
  if (typeof held !== "string") return held;
  if (key === tokenKey) return tokenIn(held);
  return key === addressKey ? tidied(held) : held;
}

/** The address as clients want it. A token in its query is put where it belongs, if there is none yet. */
function normalize(renamed: SecretValue, placeholders: Placeholders) {
  const written = textAt(renamed, addressKey);
  const address = isPlaceholder(written, placeholders[addressKey]) ? undefined : Address.read(written);
  if (!(address instanceof Address)) return { value: renamed, shed: [] };
  const value = { ...renamed, [addressKey]: normalizeHecUrl(written) };
  const { query, fragment } = address;
  const [text = "", ...others] = query.getAll("token");
  const token = Credential.read(text);
  const own = renamed[tokenKey];
  const fills = token instanceof Credential && (isBlank(own) || isPlaceholder(own, placeholders[tokenKey]));
  const known = fills || (token instanceof Credential && token.reveal() === own);
  const lost = query.size > (known ? 1 + others.length : 0) || others.length > 0 || fragment !== "";
  return {
    value: fills ? { ...value, [tokenKey]: token.reveal() } : value,
    shed: [...(fills ? ["token" as const] : []), ...(lost ? ["query" as const] : [])],
  };
}
