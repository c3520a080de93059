import middy from "@middy/core";
import * as v from "valibot";

/** The weekly rule sends its event; a person may send `{"dryRun": true}` to see and change nothing. */
const Request = v.object({ dryRun: v.optional(v.boolean(), false) });

export const handler = middy().handler(async (event: unknown) => {
  const { dryRun } = v.parse(Request, event);
  const [{ effects }, { tune }] = [await import("./effects.ts"), await import("./tune.ts")];
  const outcomes = await tune(effects, { dry: dryRun });
  process.stdout.write(`${JSON.stringify({ level: "info", message: "Tuned", dryRun, alarms: outcomes.length })}\n`);
  return outcomes.map(({ alarm: { service, name, threshold, basis }, proposal, changes }) => ({
    service,
    name,
    threshold,
    basis,
    proposal,
    changes,
  }));
});
