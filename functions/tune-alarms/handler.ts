import * as v from "valibot";
import { log } from "#lambda/log.ts";
import { receive } from "#lambda/middleware/index.ts";
import { effects } from "./effects.ts";
import { tune } from "./tune.ts";

/** The weekly rule sends its event; an operator may send `{"dryRun": true}` to look without changing anything. */
const Request = v.object({ dryRun: v.optional(v.boolean(), false) });

export const handler = receive(Request).handler(async ({ dryRun }) => {
  const outcomes = await tune(effects, { dry: dryRun });
  log({ level: "info", message: "Tuned", dryRun, alarms: outcomes.length });
  return outcomes.map(({ alarm: { service, name, threshold, basis }, proposal, changes }) => ({
    service,
    name,
    threshold,
    basis,
    proposal,
    changes,
  }));
});
