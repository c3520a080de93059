import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import { jsonOf } from "./outcome.ts";

/** Content that Lambda hands on as it is; anything else, a form as well, in base64. */
const textual = /^\s*(?:text\/|application\/(?:json|javascript|xml|[\w.-]+\+(?:json|xml))\b)/i;

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload */
export function urlEvent(request: IncomingMessage, body: Buffer, id: string, at: number): string {
  const url = new URL(request.url ?? "/", "http://function");
  const { cookie, ...others } = request.headers;
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, [value ?? []].flat().join(",")]),
  );
  const query = [...Map.groupBy(url.searchParams, ([name]) => name)].map(
    ([name, pairs]) => [name, pairs.map(([, value]) => value).join(",")] as const,
  );
  const isText = textual.test(request.headers["content-type"] ?? "");
  return JSON.stringify({
    version: "2.0",
    routeKey: "$default",
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookie !== undefined && { cookies: cookie.split("; ") }),
    headers,
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId: "anonymous",
      apiId: id,
      domainName: request.headers.host ?? "",
      domainPrefix: id,
      http: {
        method: request.method ?? "GET",
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: clfTime(at),
      timeEpoch: at,
    },
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  });
}

/** `29/Nov/2026:12:00:00 +0000` */
function clfTime(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

const Structured = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  cookies: v.optional(v.array(v.string()), []),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
});

export interface UrlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | string;
}

/** What has no `statusCode` is a body in JSON. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload */
export function urlAnswer(payload: string): UrlAnswer {
  const json = jsonOf(payload);
  const parsed = v.safeParse(Structured, json);
  if (parsed.success) {
    const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.output;
    return {
      status: statusCode,
      headers: {
        "content-type": "application/json",
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])),
        ...(cookies.length > 0 && { "set-cookie": cookies }),
      },
      body: isBase64Encoded ? Buffer.from(body, "base64") : body,
    };
  }
  if (typeof json === "object" && json !== null && "statusCode" in json) return broken;
  return { status: 200, headers: { "content-type": "application/json" }, body: payload };
}

/** The function failed, or answered with something that is no response. */
export const broken = said(502, { message: "Internal Server Error" });

/** An answer of Lambda's own. */
export function said(status: number, body: object): UrlAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
