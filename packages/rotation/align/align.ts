import { normalizeHecUrl } from "../splunk/hec.ts";
import { placeholdersIn, type SecretValue } from "../value.ts";

export type Alignment =
  | { readonly kind: "aligned" }
  | {
      readonly kind: "change";
      readonly value: SecretValue;
      /** The same with addresses as they were: for when the normalized one is not accepted. */
      readonly renamed: SecretValue;
      /** Old names whose value differed from the canonical key's, which won. */
      readonly conflicts: readonly string[];
    };

const addressKey = "SPLUNK_HEC_URL";

/**
 * A value with its keys under their canonical names. A legacy key and its canonical one may both be there: the canonical
 * wins. Addresses of HEC lose what clients add themselves. Pure, and the same again on its own result.
 */
export function align(
  value: SecretValue,
  aliases: Readonly<Record<string, string>>,
  placeholders: SecretValue,
): Alignment {
  const legacy = Object.keys(aliases).filter((name) => name in value);
  const unfilled = placeholdersIn(value, placeholders);
  const conflicts = legacy.filter((name) => {
    const key = aliases[name] ?? name;
    return key in value && !unfilled.includes(key) && value[key] !== value[name];
  });
  const kept = Object.entries(value).filter(([name]) => !legacy.includes(name));
  const moved = legacy.flatMap((name) => {
    const key = aliases[name] ?? name;
    const taken = key in value && !unfilled.includes(key);
    return taken ? [] : [[key, value[name] ?? ""]];
  });
  const renamed: SecretValue = Object.fromEntries([...kept, ...moved]);
  const address = renamed[addressKey];
  const isPlaceholder = address === undefined || address === placeholders[addressKey];
  const normalized = isPlaceholder ? renamed : { ...renamed, [addressKey]: normalizeHecUrl(address) };
  const unchanged = legacy.length === 0 && normalized[addressKey] === value[addressKey];
  return unchanged ? { kind: "aligned" } : { kind: "change", value: normalized, renamed, conflicts };
}
