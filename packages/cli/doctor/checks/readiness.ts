import { askAws } from "#preflight/ask.ts";
import { type Check, failure, skipped } from "../check.ts";

/** What would stop the next deploy: the questions that `sst deploy` asks before it begins. */
export const readiness: Check = {
  id: "readiness",
  ok: "Nothing that can be known beforehand stops a deploy.",
  async look({ stage: { plan, aws }, resolveNs }) {
    const { obstacles, unasked } = await askAws({ plan, aws, resolveNs });
    return [
      ...obstacles.map(({ evidence, remedy }) => failure(evidence, remedy)),
      ...unasked.map((evidence) => skipped(evidence)),
    ];
  },
};
