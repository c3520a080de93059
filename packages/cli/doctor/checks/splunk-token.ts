import { readHecSettings } from "../../audit/check.ts";
import { post } from "../../audit/hec.ts";
import { type Check, failure } from "../check.ts";

/** Asks with an empty event, which leaves nothing in the index. */
export const splunkToken: Check = {
  id: "splunk-token",
  well: "Splunk accepts the token of the audit trail.",
  async look({ stage }) {
    const verdict = await post(stage.fetch, await readHecSettings(stage), "");
    return verdict.kind === "accepted" ? [] : [failure(`${verdict.what}.`, verdict.remedy)];
  },
};
