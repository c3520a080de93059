import * as v from "valibot";
import { receive } from "#lambda/middleware/index.ts";
import { effects } from "#rotation/effects.ts";
import { reserveMs } from "#rotation/http.ts";
import { settle } from "#rotation/settle/settle.ts";

/** Woken by any event or by the schedule: the event carries nothing that it would not see anyway. */
export const handler = receive(v.unknown(), reserveMs).handler(async (_event, { deadline }) => {
  await settle(await effects(deadline));
});
