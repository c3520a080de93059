import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { receive } from "#lambda/middleware/index.ts";
import { answerRegistry } from "#registry/answer.ts";
import { RegistryMap } from "#registry/map.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */
const UrlEvent = v.object({
  rawPath: v.string(),
  rawQueryString: v.optional(v.string(), ""),
  requestContext: v.object({ http: v.object({ method: v.string() }) }),
});

let known: RegistryMap | undefined;

/** Beside the bundle, and the same until the next deploy. */
function map(): RegistryMap {
  const file = path.join(process.env.LAMBDA_TASK_ROOT ?? ".", "registry-map.json");
  known ??= v.parse(RegistryMap, JSON.parse(readFileSync(file, "utf8")));
  return known;
}

export const handler = receive(UrlEvent).handler(async ({ rawPath, rawQueryString, requestContext: { http } }) => {
  const query = new URLSearchParams(rawQueryString);
  const { status, headers, body } = answerRegistry(map(), { method: http.method, path: rawPath, query });
  return { statusCode: status, headers, body };
});
