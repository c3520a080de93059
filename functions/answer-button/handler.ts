import * as v from "valibot";
import { takePress } from "#chat/press/press.ts";
import { receive } from "#lambda/middleware/index.ts";
import { ports } from "./effects.ts";
import { environment } from "./environment.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads: names of headers in lower case. */
const UrlEvent = v.object({
  headers: v.object({
    "x-slack-request-timestamp": v.optional(v.string(), ""),
    "x-slack-signature": v.optional(v.string(), ""),
  }),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
});

/** Slack waits three seconds, and shows whoever pressed that it failed. */
export const handler = receive(UrlEvent).handler(async ({ headers, body, isBase64Encoded }) => {
  const { status, text } = await takePress(
    {
      body: isBase64Encoded ? Buffer.from(body, "base64").toString() : body,
      timestamp: headers["x-slack-request-timestamp"],
      signature: headers["x-slack-signature"],
    },
    environment().ALLOWED_USERS,
    ports,
  );
  return { statusCode: status, headers: { "content-type": "text/plain; charset=utf-8" }, body: text };
});
