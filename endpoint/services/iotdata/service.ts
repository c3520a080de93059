import type { AwsService } from "#endpoint/core/service.ts";
import { operationsOf } from "./operations.ts";

/**
 * IoT's message broker as it is to a publisher on a topic without subscribers: the message is accepted and gone.
 * SST's bootstrap publishes each deploy there, for its console.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html
 */
export function createIotData(): { readonly service: AwsService } {
  return {
    service: {
      signingName: "iotdata",
      protocol: {
        kind: "rest-json",
        routes: [{ method: "POST", path: "/topics/{topic+}", operation: "Publish", body: "blob" }],
      },
      operations: operationsOf(),
    },
  };
}
