import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import type { Delivery } from "./delivery.ts";
import type { Secret } from "./secret.ts";

export interface HttpRequest {
  readonly url: Secret;
  /** Of what has a body. Default `POST`. */
  readonly method?: "PUT";
  /** JSON to post. Without one, it only asks whether somebody answers. */
  readonly body?: string;
  readonly token?: Secret;
  /** What stands before the token. Default `Bearer`. */
  readonly scheme?: "Bearer" | "GenieKey";
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpOutcome =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfter: string | null; readonly body: string }
  /** Nothing came back. `reason` is a code such as `ECONNREFUSED` or `timeout`. */
  | { readonly kind: "failure"; readonly reason: string };

/** Posts JSON, or sends a HEAD. Never throws. */
export type Http = (request: HttpRequest) => Promise<HttpOutcome>;

/** What a send takes at most. */
export const sendMs = 5_000;
const longestBody = 10_000;

/** By `node:http`, not by `fetch`, which loads a client of its own with the first message: a tenth of its time. */
export function createHttp(timeout = sendMs): Http {
  return async ({ url, method = "POST", body, token, scheme = "Bearer", headers }) => {
    const signal = AbortSignal.timeout(timeout);
    try {
      const address = new URL(url.reveal());
      const request = (address.protocol === "https:" ? overHttps : overHttp)(address, {
        method: body === undefined ? "HEAD" : method,
        headers: {
          // Firewalls refuse who does not name themselves.
          "user-agent": "mcp-fleet",
          ...(body !== undefined && { "content-type": "application/json; charset=utf-8" }),
          ...(token !== undefined && { authorization: `${scheme} ${token.reveal()}` }),
          ...headers,
        },
        // A connection that was kept may have died while the function was frozen: whether it took the message is unknown.
        agent: false,
        signal,
      });
      // Its error is thrown by what waits for it: the answer, or the answer's body.
      request.on("error", () => undefined).end(body);
      const answer = await answerTo(request);
      signal.throwIfAborted();
      return answer;
    } catch (error) {
      return { kind: "failure", reason: signal.aborted ? "timeout" : codeOf(error) };
    }
  };
}

/** A redirect is an answer: to follow it would hand the message to whoever is behind that address today. */
async function answerTo(request: ClientRequest): Promise<HttpOutcome> {
  const [response]: IncomingMessage[] = await once(request, "response");
  if (response === undefined) throw new Error("A response without content");
  const { statusCode: status = 0, headers } = response;
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += chunk;
    if (body.length >= longestBody) break;
  }
  return { kind: "answer", status, retryAfter: headers["retry-after"] ?? null, body: body.slice(0, longestBody) };
}

/** An error's message may quote the address, so only its code is passed on. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  for (const one of [error.cause, error])
    if (one instanceof Error && "code" in one && typeof one.code === "string") return one.code;
  return error.name === "TimeoutError" ? "timeout" : error.name;
}

/** Codes of what happens before a request is sent: while its host is looked up, reached, and proves who it is. */
const unsent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|ERR_SSL_|EPROTO)|CERT/;

/** Outcomes that mean the same in every chat; the rest is up to the receiver. `undefined`: a success status. */
export function failureOf(outcome: HttpOutcome, now = Date.now()): Delivery | undefined {
  if (outcome.kind === "failure") {
    return { kind: unsent.test(outcome.reason) ? "retry" : "unknown", reason: outcome.reason };
  }
  const { status, retryAfter, body } = outcome;
  if (status >= 200 && status < 300) return undefined;
  const reason = `HTTP ${status}${summaryOf(body)}`;
  const afterMs = retryAfterMs(retryAfter, now);
  const later = { reason, ...(afterMs !== undefined && { afterMs }) };
  if (status === 429 || status === 408) return { kind: "retry", ...later };
  // What failed inside may have failed after the message was posted.
  return status >= 500 ? { kind: "unknown", ...later } : { kind: "refused", reason };
}

/** Whether the chat answers, and does not fail, when it is asked without posting anything. */
export async function isAnswering(http: Http, url: Secret): Promise<boolean> {
  const outcome = await http({ url });
  return outcome.kind === "answer" && outcome.status < 500 && outcome.status !== 429;
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** A code such as `no_service` or `RESOURCE_EXHAUSTED`; a longer body may quote anything, and is left out. */
function summaryOf(body: string): string {
  const code =
    /^[\w.-]{1,60}$/.exec(body.trim())?.[0] ?? /"(?:status|code|error)"\s*:\s*"([\w.-]{1,60})"/.exec(body)?.[1];
  return code === undefined ? "" : ` ${code}`;
}
