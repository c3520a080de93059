import { promisify } from "node:util";
import { gzip } from "node:zlib";
import * as v from "valibot";
import { boundedFetch } from "../bounded-fetch.ts";
import { describeError } from "../log.ts";

/** The fate of a batch. `retry` and `refused` are both sent again; a refusal lasts until somebody fixes its cause. */
export type Delivery =
  | { readonly kind: "delivered" }
  /** HEC accepted the events before this one (zero-based), and rejects this one permanently. */
  | { readonly kind: "malformed"; readonly at: number; readonly explanation: string }
  | { readonly kind: "too-large" }
  | { readonly kind: "retry" | "refused"; readonly explanation: string; readonly afterMs: number | undefined };

export interface Hec {
  /** An aborted `signal` counts as no answer: the batch may have arrived. */
  send(lines: readonly string[], signal: AbortSignal): Promise<Delivery>;
  /** Proves URL and token without an event: HEC answers an empty body from a valid token with 400, code 5. */
  probe(signal: AbortSignal): Promise<Delivery>;
}

export interface HecOptions {
  /** With or without the path `/services/collector/event`. */
  readonly url: URL;
  readonly token: string;
  readonly timeoutMs?: number;
}

const answer = v.object({ code: v.number(), text: v.string(), "invalid-event-number": v.optional(v.number()) });
type Answer = v.InferOutput<typeof answer>;

const noData = 5;
/** Codes that name an event: format, and the `event` field missing or blank. */
const eventCodes: readonly number[] = [6, 12, 13, 15];

/** A sentence and a code, or a proxy's page. */
const longestAnswer = 2 ** 20;

const compress = promisify(gzip);
/** A quarter larger than by default, for half the processor time; still a tenth of the events' own size. */
const fast = { level: 1 };

export function connectHec(options: HecOptions): Hec {
  const endpoint = new URL(options.url);
  const ask = boundedFetch(longestAnswer);
  if (!endpoint.pathname.includes("/services/collector")) endpoint.pathname = "/services/collector/event";

  async function post(body: string, signal: AbortSignal): Promise<Delivery> {
    try {
      const response = await ask(endpoint, {
        method: "POST",
        headers: {
          authorization: `Splunk ${options.token}`,
          "content-type": "application/json",
          ...(body === "" ? {} : { "content-encoding": "gzip" }),
        },
        body: body === "" ? "" : await compress(body, fast),
        signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? 10_000)]),
      });
      return judge(response.status, parse(await response.text()), retryAfter(response.headers));
    } catch (error) {
      return { kind: "retry", explanation: `HEC does not answer: ${describeError(error)}.`, afterMs: undefined };
    }
  }

  return {
    send: (lines, signal) => post(lines.join("\n"), signal),
    probe: (signal) => post("", signal),
  };
}

function parse(body: string): Answer | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), body);
  return parsed.success ? parsed.output : undefined;
}

function retryAfter(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 60) * 1000 : undefined;
}

/** Statuses and codes: https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector */
function judge(status: number, body: Answer | undefined, afterMs: number | undefined): Delivery {
  const quote = body === undefined ? "" : ` (code ${body.code}, ${body.text})`;
  const waiting = "Events wait and are sent again.";
  const refused = (why: string): Delivery => ({
    kind: "refused",
    explanation: `HEC answered ${status}${quote}: ${why} ${waiting}`,
    afterMs,
  });
  const renew = "set a valid one in the secret /<stage>/mcp/splunk and roll the service.";
  switch (status) {
    case 200:
      return { kind: "delivered" };
    case 400: {
      if (body?.code === noData) return { kind: "delivered" };
      if (body?.code === 7) return refused("the token may not write to SPLUNK_INDEX; allow the index on the token.");
      const at = body?.["invalid-event-number"];
      if (body !== undefined && at !== undefined && eventCodes.includes(body.code)) {
        return { kind: "malformed", at, explanation: `HEC answered 400${quote} to an event, which is dropped.` };
      }
      return refused("it does not accept what this server sends; check the token's settings.");
    }
    case 401:
      return refused(`the token is wrong: SPLUNK_HEC_TOKEN is missing or malformed; ${renew}`);
    case 403:
      if (body?.code === 1) return refused("HEC is disabled on the Splunk side for this token; enable the token.");
      if (body?.code === 4) {
        return refused(`HEC does not know the token, or not yet; enable it on the Splunk side, or ${renew}`);
      }
      return refused("HEC is disabled on the Splunk side; enable it in Splunk's global HEC settings.");
    case 404:
      return refused("SPLUNK_HEC_URL does not lead to a collector; use the HEC address, https://<host>:8088.");
    case 413:
      return { kind: "too-large" };
    default:
      return { kind: "retry", explanation: `HEC answered ${status}${quote}. ${waiting}`, afterMs };
  }
}
