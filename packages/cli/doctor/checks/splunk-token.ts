import { findAuditSecret, post, readHecSettings } from "../../audit/hec.ts";
import { type Check, failure, skipped } from "../check.ts";
import { noTrail } from "./splunk-keys.ts";

/** Asks with an empty event, which leaves nothing in the index. */
export const splunkToken: Check = {
  id: "splunk-token",
  ok: "Splunk accepts the token of the audit trail.",
  async look({ stage }) {
    if (findAuditSecret(stage) === undefined) return [skipped(noTrail)];
    const verdict = await post(stage.fetch, await readHecSettings(stage), "");
    return verdict.kind === "accepted" ? [] : [failure(`${verdict.what}.`, verdict.remedy)];
  },
};
