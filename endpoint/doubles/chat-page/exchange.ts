import type { IncomingHttpHeaders } from "node:http";
import * as v from "valibot";

export interface ChatRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ChatAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One vendor's side. */
export interface ChatVendor {
  answer(request: ChatRequest): ChatAnswer;
  /** What it says when it cannot or will not. */
  readonly failures: Readonly<Record<"throttle" | "error" | "forbid" | "lie", ChatAnswer>>;
}

/**
 * How a chat can be made to misbehave.
 * - `refuse`: connections are reset. - `stall`: requests are read and never answered.
 * - `throttle`: 429, with Retry-After where seconds are given. - `error`: 500.
 * - `forbid`: what the vendor answers for a webhook that was revoked. - `lie`: a 200 that means no.
 * - `swallow`: the message is posted, and the answer is a connection reset.
 */
export const fault = v.variant("kind", [
  v.object({ kind: v.picklist(["refuse", "stall", "error", "forbid", "lie", "swallow"]) }),
  v.object({ kind: v.literal("throttle"), retryAfterSeconds: v.optional(v.number()) }),
]);
export type ChatFault = v.InferOutput<typeof fault>;

export const json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): ChatAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
});
export const plain = (status: number, body: string, headers?: Readonly<Record<string, string>>): ChatAnswer => ({
  status,
  body,
  headers: { "Content-Type": "text/html", ...headers },
});

export const retryAfter = (seconds: number): Readonly<Record<string, string>> => ({ "Retry-After": String(seconds) });

/** A body as JSON; `undefined` when it is not JSON. */
export function jsonOf(body: string): unknown {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson()), body);
  return parsed.success ? parsed.output : undefined;
}
