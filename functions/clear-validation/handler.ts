import { log } from "#lambda/log.ts";
import { answerCloudFormation } from "#lambda/middleware/answer-cloudformation.ts";
import { receive } from "#lambda/middleware/index.ts";
import { Request } from "./request.ts";

/** CloudFormation's `Custom::ValidationRecords`, which has something to do when it goes. */
export const handler = receive(Request)
  .use(answerCloudFormation())
  .handler(async ({ RequestType, ResourceProperties: { HostedZoneId, Domain } }) => {
    if (RequestType !== "Delete") return;
    // With the SDK client: compiled when there is something to remove, not while the function starts.
    const { clearValidation } = await import("./records.ts");
    const removed = await clearValidation(HostedZoneId, Domain);
    log({ level: "info", zone: HostedZoneId, removed });
  });
