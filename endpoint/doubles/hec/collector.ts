import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { type Answer, answers, toBody } from "./answer.ts";
import { type IndexedEvent, readEvents } from "./event.ts";
import type { FaultSwitch } from "./fault.ts";
import type { IndexStore } from "./search.ts";
import type { HecToken, TokenRegistry } from "./token.ts";

export interface HecRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type HecResponse =
  | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly retryAfter?: number }
  | { readonly kind: "reset" }
  | { readonly kind: "silence" };

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** HEC's endpoints under `/services/collector`. */
export class Collector {
  readonly #tokens: TokenRegistry;
  readonly #store: IndexStore;
  readonly #faults: FaultSwitch;
  readonly #acks = new Map<string, number>();

  constructor(tokens: TokenRegistry, store: IndexStore, faults: FaultSwitch) {
    this.#tokens = tokens;
    this.#store = store;
    this.#faults = faults;
  }

  handle(request: HecRequest): HecResponse {
    const path = request.url.pathname.replace(/\/1\.0$/, "");
    if (path === "/services/collector/health") return this.#health(request);
    switch (path) {
      case "/services/collector":
      case "/services/collector/event":
        return this.#guard(request, (token) => this.#events(request, token, readEvents(decode(request), token)));
      case "/services/collector/raw":
        return this.#guard(request, (token) => this.#events(request, token, readRaw(request, token)));
      case "/services/collector/ack":
        return this.#guard(request, (token) => this.#acknowledge(request, token));
      default:
        return notFound;
    }
  }

  /** Answers without looking at a token unless one is shown: a healthy HEC proves nothing about yours. */
  #health({ headers }: HecRequest): HecResponse {
    const fault = this.#faults.current;
    if (fault?.kind === "refuse") return { kind: "reset" };
    if (fault?.kind === "stall") return { kind: "silence" };
    if ((fault?.kind === "busy" || fault?.kind === "error") && !fault.lyingHealth) return reply({ code: 18 });
    const admitted = headers.authorization === undefined ? undefined : this.#admit(headers.authorization);
    if (admitted === "unknown") return reply({ code: 21 });
    if (admitted === "disabled") return reply({ code: 22 });
    return reply({ code: 17 });
  }

  #guard(request: HecRequest, serve: (token: HecToken) => HecResponse): HecResponse {
    const faulty = this.#misbehave();
    if (faulty !== undefined) return faulty;
    if (request.method !== "POST") return notFound;
    const { authorization } = request.headers;
    if (authorization === undefined) return reply({ code: request.url.searchParams.has("token") ? 16 : 2 });
    const token = this.#admit(authorization);
    if (token === undefined) return reply({ code: 3 });
    if (token === "unknown") return reply({ code: 4 });
    if (token === "disabled") return reply({ code: 1 });
    return serve(token);
  }

  #misbehave(): HecResponse | undefined {
    const fault = this.#faults.current;
    switch (fault?.kind) {
      case "refuse":
        return { kind: "reset" };
      case "stall":
        return { kind: "silence" };
      case "throttle":
        return { ...reply({ code: 26 }), retryAfter: fault.retryAfterSeconds };
      case "busy":
        return reply({ code: 9 });
      case "error":
        return reply({ code: 8 });
      case "forbid":
        return reply({ code: fault.code });
      case "lose":
      case undefined:
        return undefined;
    }
  }

  #admit(authorization: string): HecToken | "unknown" | "disabled" | undefined {
    const [scheme, value] = authorization.split(" ", 2);
    if (value === undefined || value === "") return undefined;
    if (scheme === "Splunk") return this.#tokens.admit(value);
    // Basic: any user name, and the token as the password.
    if (scheme !== "Basic") return undefined;
    return this.#tokens.admit(Buffer.from(value, "base64").toString().split(":").slice(1).join(":"));
  }

  #events(
    request: HecRequest,
    token: HecToken,
    { events, answer }: { events: readonly IndexedEvent[]; answer: Answer },
  ): HecResponse {
    const channel = channelOf(request);
    if (token.useAck && channel === undefined) return reply({ code: 10 });
    if (token.useAck && channel !== undefined && !guid.test(channel)) return reply({ code: 11 });
    if (this.#faults.current?.kind !== "lose") this.#store.add(events);
    if (!token.useAck || channel === undefined || answer.code !== 0) return reply(answer);
    const ackId = this.#acks.get(channel) ?? 0;
    this.#acks.set(channel, ackId + 1);
    return reply({ ...answer, ackId });
  }

  #acknowledge(request: HecRequest, token: HecToken): HecResponse {
    const channel = channelOf(request);
    if (!token.useAck) return reply({ code: 14 });
    if (channel === undefined) return reply({ code: 10 });
    const issued = this.#acks.get(channel) ?? 0;
    const asked = [...decode(request).matchAll(/\d+/g)].map(([digits]) => Number(digits));
    const acks = Object.fromEntries(asked.map((id) => [String(id), id < issued]));
    return { kind: "answer", status: 200, body: JSON.stringify({ acks }) };
  }
}

const notFound: HecResponse = {
  kind: "answer",
  status: 404,
  body: JSON.stringify({ text: "The requested URL was not found on this server.", code: 404 }),
};

function reply(answer: Answer) {
  return { kind: "answer", status: answers[answer.code].status, body: toBody(answer) } as const;
}

function channelOf({ headers, url }: HecRequest): string | undefined {
  const header = headers["x-splunk-request-channel"];
  return (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get("channel") ?? undefined;
}

function decode({ headers, body }: HecRequest): string {
  return (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString("utf8");
}

function readRaw(request: HecRequest, token: HecToken): { events: readonly IndexedEvent[]; answer: Answer } {
  const lines = decode(request)
    .split(/\r?\n/)
    .filter((line) => line !== "");
  if (lines.length === 0) return { events: [], answer: { code: 5 } };
  const parameters = request.url.searchParams;
  const index = parameters.get("index") ?? token.defaultIndex;
  if (token.indexes.length > 0 && !token.indexes.includes(index)) return { events: [], answer: { code: 7 } };
  const common = {
    time: Date.now() / 1000,
    host: parameters.get("host") ?? undefined,
    source: parameters.get("source") ?? token.defaultSource,
    sourcetype: parameters.get("sourcetype") ?? token.defaultSourcetype,
    index,
    token: token.name,
  };
  return { events: lines.map((event) => ({ ...common, event })), answer: { code: 0 } };
}
