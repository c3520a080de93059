import * as v from "valibot";
import { log } from "#lambda/log.ts";
import { receive } from "#lambda/middleware/index.ts";
import { makeRound } from "#probe/round.ts";
import { effects, map } from "./effects.ts";

/** Woken by its schedule, whose event says nothing. */
export const handler = receive(v.unknown()).handler(async (_event, { deadline }) => {
  const outcome = await makeRound(map(), effects(), deadline);
  log({ level: outcome.down.length > 0 ? "warn" : "info", message: "Probed", ...outcome });
  if (outcome.unreached.length > 0) {
    throw new Error(`${outcome.unreached.length} services were not probed in time: raise everyMinutes of the probe.`);
  }
  return outcome;
});
