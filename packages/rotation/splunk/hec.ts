import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { attempt } from "../http.ts";
import type { Proof } from "../issuers/issuer.ts";

const Reply = v.object({ code: v.number(), text: v.optional(v.string()) });

/**
 * Codes that speak of the token or of where it may write.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector
 */
const rejections: Readonly<Record<number, string>> = {
  1: "the token is disabled",
  2: "no token was sent",
  3: "the authorization was not understood",
  4: "HEC does not know the token",
  7: "the token may not write to the index",
  21: "HEC does not know the token",
  22: "the token is disabled",
};
const acceptances: readonly number[] = [0, 24, 25];

export interface HecProbe {
  readonly url: string;
  readonly token: string;
  readonly index: string;
}

/** Sends one real event to the index the audit trail goes to. HEC's health answers without a token, and proves none. */
export async function proveToken(fetch: typeof globalThis.fetch, { url, token, index }: HecProbe): Promise<Proof> {
  if (!URL.canParse(url)) return { verdict: "rejected", reason: "SPLUNK_HEC_URL is no URL" };
  // A token with acknowledgement wants a channel; others ignore it.
  const answer = await attempt(fetch, `${normalizeHecUrl(url)}/services/collector/event`, {
    method: "POST",
    headers: {
      authorization: `Splunk ${token}`,
      "content-type": "application/json",
      "x-splunk-request-channel": randomUUID(),
    },
    body: JSON.stringify({
      index,
      source: "mcp-fleet-rotation",
      sourcetype: "mcp:rotation",
      event: { message: "The fleet proves a HEC token before it relies on it." },
    }),
  });
  if (answer.kind === "unreachable") return { verdict: "undecided", reason: answer.reason };
  const reply = v.safeParse(Reply, answer.json);
  const code = reply.success ? reply.output.code : undefined;
  if (answer.status === 200 && code !== undefined && acceptances.includes(code)) return { verdict: "accepted" };
  const reason = code === undefined ? undefined : rejections[code];
  if (reason !== undefined) return { verdict: "rejected", reason: `${reason} (HTTP ${answer.status}, code ${code})` };
  return { verdict: "undecided", reason: `HEC answered ${answer.status}, code ${code ?? "unknown"}` };
}

/**
 * The base address of a collector: `https` unless another scheme was written, no path of HEC's own, no slash at the end.
 * `splunk.example.com:8088/services/collector/event` becomes `https://splunk.example.com:8088`.
 */
export function normalizeHecUrl(url: string): string {
  const trimmed = url.trim();
  const absolute = /^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed.replace(/^\/+/, "")}`;
  if (!URL.canParse(absolute)) return trimmed;
  const { protocol, host, pathname } = new URL(absolute);
  const path = pathname
    .replace(/\/services\/collector(\/(event|raw|health|ack))?(\/1\.0)?\/*$/, "")
    .replace(/\/+$/, "");
  return `${protocol}//${host}${path}`;
}
