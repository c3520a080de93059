import middy from "@middy/core";
import * as v from "valibot";
import { answerCloudFormation } from "#lambda/custom-resource/answer-cloudformation.ts";
import { effects } from "./effects.ts";
import { seedFirstValue } from "./first-value.ts";
import { Request } from "./request.ts";

/** CloudFormation's `Custom::FirstSecretValue`. A deletion leaves the secret as it is. */
export const handler = middy()
  .use(answerCloudFormation())
  .handler(async (event: unknown) => {
    const request = v.parse(Request, event);
    if (request.RequestType === "Delete") return;
    const { SecretArn, Keys } = request.ResourceProperties;
    const outcome = await seedFirstValue(SecretArn, Keys, effects);
    process.stdout.write(`${JSON.stringify({ level: "info", secret: SecretArn, outcome })}\n`);
  });
