import { receive } from "#lambda/middleware/index.ts";
import { effects } from "#rotation/effects.ts";
import { reserveMs } from "#rotation/http.ts";
import { RotationEvent } from "#rotation/steps/event.ts";
import { rotate } from "#rotation/steps/rotate.ts";

/** Secrets Manager's four calls, for every secret of the stage. */
export const handler = receive(RotationEvent, reserveMs).handler(async (event, { deadline }) => {
  await rotate(event, effects(deadline));
});
