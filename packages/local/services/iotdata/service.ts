import * as v from "valibot";
import { type AwsService, define } from "#local/endpoint/service.ts";

/**
 * IoT's message broker as it is for whoever publishes to a topic without subscribers: the message is taken and gone.
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
      operations: { Publish: define(v.object({ topic: v.string() }), () => ({})) },
      resourceOf: () => undefined,
    },
  };
}
