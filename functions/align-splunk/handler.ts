import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as v from "valibot";
import { answerCloudFormation } from "#lambda/custom-resource/answer-cloudformation.ts";
import { alignSecrets } from "#rotation/align/align-secrets.ts";
import { effects } from "./effects.ts";
import { Request } from "./request.ts";

const align = middy().handler(async (_event: unknown, context: Context) => {
  await alignSecrets(await effects(context.getRemainingTimeInMillis()));
});

/** As a custom resource on deploy: services that start next find the keys under the names they want. */
const alignOnDeploy = middy()
  .use(answerCloudFormation())
  .handler(async (event: unknown, context: Context) => {
    if (v.parse(Request, event).RequestType === "Delete") return;
    await align(event, context);
  });

/** Woken by a deploy, by a label that moved, and daily. */
export const handler = (event: unknown, context: Context) =>
  v.is(Request, event) ? alignOnDeploy(event, context) : align(event, context);
