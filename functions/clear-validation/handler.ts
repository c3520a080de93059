import { log } from "#lambda/log.ts";
import { answerCloudFormation } from "#lambda/middleware/answer-cloudformation.ts";
import { receive } from "#lambda/middleware/index.ts";
import { clearValidation } from "./records.ts";
import { Request } from "./request.ts";

/** CloudFormation's `Custom::ValidationRecords`, which has something to do when it goes. */
export const handler = receive(Request)
  .use(answerCloudFormation())
  .handler(async ({ RequestType, ResourceProperties: { HostedZoneId, Domain } }) => {
    if (RequestType !== "Delete") return;
    const removed = await clearValidation(HostedZoneId, Domain);
    log({ level: "info", zone: HostedZoneId, removed });
  });
