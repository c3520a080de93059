import { findAuditSecret } from "../../audit/hec.ts";
import { keyStates, readKeys } from "../../secrets/value.ts";
import { type Check, failure, skipped } from "../check.ts";

/** Nothing to check: the map has no audit trail. */
export const noTrail = "No secret of the map holds Splunk's address and token.";

/** FIX-3: the seed wrote `endpoint` and `token`, but the container reads other names. */
export const splunkKeys: Check = {
  id: "splunk-keys",
  ok: "The Splunk secret has the names that containers read.",
  async look({ stage }) {
    const secret = findAuditSecret(stage);
    if (secret === undefined) return [skipped(noTrail)];
    const legacy = keyStates(secret, await readKeys(stage, secret)).filter(([, state]) => state === "legacy name");
    if (legacy.length === 0) return [];
    const renames = legacy.map(([key]) => `${key} is ${secret.aliases[key]}`);
    return [
      failure(
        `${secret.name} has outdated key names: ${renames.join(", ")}.`,
        "The function align-splunk renames them within minutes; if it did not, its log shows why.",
      ),
    ];
  },
};
