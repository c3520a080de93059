import { createHash } from "node:crypto";
import type { ProofRecord } from "#endpoint/core/ports.ts";

/**
 * The CNAME that proves a name. A domain and its wildcard share one, and so do all certificates of an account.
 * https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
export function proofOf(account: string, name: string): ProofRecord {
  const domain = name.replace(/^\*\./, "").toLowerCase();
  const hash = createHash("sha256").update(`${account} ${domain}`).digest("hex");
  const zone = hash.slice(54).replace(/\d/g, (digit) => "ghijklmnop".charAt(Number(digit)));
  return { name: `_${hash.slice(0, 32)}.${domain}.`, value: `_${hash.slice(22, 54)}.${zone}.acm-validations.aws.` };
}
