import { buildApp } from "fauxqs";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { fromEmulator, toEmulator } from "./identity.ts";

const fields = v.record(v.string(), v.unknown());
const failure = v.object({ __type: v.string(), message: v.optional(v.string(), "") });

export interface SqsPorts {
  readonly place: Place;
}

type Emulator = ReturnType<typeof buildApp>;

/** What fauxqs knows. */
export const operations = [
  ...["ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "CreateQueue", "DeleteMessage", "DeleteMessageBatch"],
  ...[
    "DeleteQueue",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListQueueTags",
    "ListQueues",
    "PurgeQueue",
    "ReceiveMessage",
  ],
  ...["SendMessage", "SendMessageBatch", "SetQueueAttributes", "TagQueue", "UntagQueue"],
];

/** fauxqs keeps the queues; the hooks put its requests and answers into the place's account. */
export function buildEmulator(place: Place): Emulator {
  const app = buildApp({ logger: false, defaultRegion: place.region });

  app.addHook("preHandler", async (request, reply) => {
    if (!request.headers["x-amz-target"]?.toString().startsWith("AmazonSQS.")) return undefined;
    // An SDK may post to the queue's URL instead of `/`; fauxqs answers only at `/`.
    if (request.url !== "/") {
      const answer = await app.inject({
        method: "POST",
        url: "/",
        headers: request.headers,
        payload: JSON.stringify(request.body),
      });
      return reply.status(answer.statusCode).headers(answer.headers).send(answer.body);
    }
    const body = v.safeParse(fields, request.body);
    if (body.success) request.body = toEmulator(place, body.output);
    return undefined;
  });

  app.addHook("preSerialization", async (_request, _reply, payload) => {
    const answer = v.safeParse(fields, payload);
    return answer.success ? fromEmulator(place, answer.output) : payload;
  });

  return app;
}

/** Calls one operation in-process. Throws `AwsError` with SQS's own code. */
export async function callEmulator(app: Emulator, operation: string, input: object): Promise<unknown> {
  const response = await app.inject({
    method: "POST",
    url: "/",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
    payload: JSON.stringify(input),
  });
  const answer: unknown = response.json();
  if (response.statusCode < 300) return answer;
  const { __type, message } = v.parse(failure, answer);
  throw new AwsError(__type.replace(/^.*#/, ""), message, response.statusCode);
}
