import { log } from "#lambda/log.ts";
import { answerCloudFormation } from "#lambda/middleware/answer-cloudformation.ts";
import { receive } from "#lambda/middleware/index.ts";
import { seedFirstValue } from "./first-value.ts";
import { Request } from "./request.ts";

/** CloudFormation's `Custom::FirstSecretValue`. A deletion leaves the secret as it is. */
export const handler = receive(Request)
  .use(answerCloudFormation())
  .handler(async ({ RequestType, ResourceProperties: { SecretArn, Keys } }) => {
    if (RequestType === "Delete") return;
    // With the SDK client: compiled when there is a secret to look at, not while the function starts.
    const { effects } = await import("./effects.ts");
    const outcome = await seedFirstValue(SecretArn, Keys, effects);
    log({ level: "info", secret: SecretArn, outcome });
  });
