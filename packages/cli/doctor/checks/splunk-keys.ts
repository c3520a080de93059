import { auditSecret } from "../../audit/check.ts";
import { keyStates, readKeys } from "../../secrets/value.ts";
import { type Check, failure } from "../check.ts";

/** FIX-3: the seed wrote `endpoint` and `token`, and the container reads other names. */
export const splunkKeys: Check = {
  id: "splunk-keys",
  well: "The Splunk secret has the names that containers read.",
  async look({ stage }) {
    const secret = auditSecret(stage);
    const legacy = keyStates(secret, await readKeys(stage, secret)).filter(([, state]) => state === "legacy name");
    if (legacy.length === 0) return [];
    const renames = legacy.map(([key]) => `${key} is ${secret.aliases[key]}`);
    return [
      failure(
        `${secret.name} has older names of keys: ${renames.join(", ")}.`,
        "The function align-splunk renames them within minutes; if it did not, its log says why.",
      ),
    ];
  },
};
