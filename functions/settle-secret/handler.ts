import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { settle } from "#rotation/settle/settle.ts";
import { effects } from "./effects.ts";

/** Woken by any event or by the schedule: what woke it says nothing that it would not see for itself. */
export const handler = middy().handler(async (_event: unknown, context: Context) => {
  await settle(await effects(context.getRemainingTimeInMillis()));
});
