import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as v from "valibot";
import { RotationEvent } from "#rotation/steps/event.ts";
import { rotate } from "#rotation/steps/rotate.ts";
import { effects } from "./effects.ts";

/** Secrets Manager's four calls, for every secret of the stage. */
export const handler = middy().handler(async (event: unknown, context: Context) => {
  await rotate(v.parse(RotationEvent, event), await effects(context.getRemainingTimeInMillis()));
});
