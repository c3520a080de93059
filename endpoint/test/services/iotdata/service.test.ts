import { afterAll, beforeAll, expect, it } from "vitest";
import { createIotData } from "#endpoint/services/iotdata/service.ts";
import { type Served, serve } from "../serve.ts";

let served: Served<object>;

beforeAll(async () => {
  served = await serve(
    () => ({ ...createIotData(), stop: async () => undefined }),
    ({ service }) => [service],
  );
});
afterAll(() => served.close());

it("accepts what is published to a topic, as SST's bootstrap does on each deploy", async () => {
  const answer = await fetch(`${served.client.endpoint}/topics/sst/app/events?qos=1`, {
    method: "POST",
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20261128/us-east-1/iotdata/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: Buffer.from([0, 1, 2]),
  });
  expect([answer.status, await answer.json()]).toEqual([200, {}]);
});
