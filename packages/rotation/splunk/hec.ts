import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { Address } from "../address.ts";
import type { Ask, Asked, Vendor } from "../ask.ts";
import type { Credential } from "../credential.ts";
import { tidied } from "../handwriting.ts";
import type { Proof } from "../issuers/issuer.ts";

const Reply = v.object({ code: v.number(), text: v.optional(v.string()) });

/**
 * Codes about the token or the indexes it may write to.
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

/** Where events go, and with what: checked, each by itself and one beside the other. */
export interface HecTarget {
  readonly address: Address;
  readonly token: Credential;
}

/**
 * Sends one real event to the index the audit trail goes to. HEC's health check needs no token, so it proves nothing
 * about one.
 *
 * @param until milliseconds since the epoch: how long it may wait for its turn
 */
export async function proveToken(ask: Ask, target: HecTarget, index: string, until: number): Promise<Proof> {
  const event = {
    index,
    source: "mcp-fleet-rotation",
    sourcetype: "mcp:rotation",
    event: { message: "The fleet proves a HEC token before it relies on it." },
  };
  const answer = await post(ask, target, { body: JSON.stringify(event), needs: "free" }, until);
  if (answer.kind !== "answer") return { verdict: "undecided", reason: answer.reason };
  const code = codeOf(answer);
  if (answer.status === 200 && code !== undefined && acceptances.includes(code)) return { verdict: "accepted" };
  const reason = code === undefined ? undefined : rejections[code];
  if (reason !== undefined) return { verdict: "rejected", reason: `${reason} (HTTP ${answer.status}, code ${code})` };
  return { verdict: "undecided", reason: `HEC answered ${answer.status}, code ${code ?? "unknown"}` };
}

/**
 * Whether HEC lets a token in that nobody is to use any more. Nothing is sent with it: "no data" is what one hears who
 * was let in.
 */
export async function admitsToken(ask: Ask, target: HecTarget, until: number): Promise<Proof> {
  const answer = await post(ask, target, { body: "", needs: 1 }, until);
  if (answer.kind !== "answer") return { verdict: "undecided", reason: answer.reason };
  const code = codeOf(answer);
  if (answer.status === 403 && (code === 1 || code === 4)) return { verdict: "rejected", reason: `code ${code}` };
  if (answer.status === 400 || answer.status === 200) return { verdict: "accepted" };
  return { verdict: "undecided", reason: `HEC answered ${answer.status}, code ${code ?? "unknown"}` };
}

function post(
  ask: Ask,
  { address, token }: HecTarget,
  { body, needs }: { readonly body: string; readonly needs: Vendor["needs"] },
  until: number,
): Promise<Asked> {
  return ask(
    { name: "HEC", address, path: "/services/collector/event", serves: [200, 400, 401, 403], needs },
    {
      method: "POST",
      headers: {
        authorization: `Splunk ${token.reveal()}`,
        "content-type": "application/json",
        // A token with acknowledgement wants a channel; others ignore it.
        "x-splunk-request-channel": randomUUID(),
      },
      body,
    },
    until,
  );
}

function codeOf({ json }: Asked & { readonly kind: "answer" }): number | undefined {
  const reply = v.safeParse(Reply, json);
  return reply.success ? reply.output.code : undefined;
}

/** Parts of HEC's own path, or what is left of one: clients add it themselves. */
const own = /^(?:services|collector|event|raw|health|ack|mint|s2s|validate|\d\.\d|)$/i;

/**
 * The base address of a collector: `https` unless another scheme was written, no path of HEC's own, no query, no slash at
 * the end. `splunk.example.com:8088/services/collector/event` becomes `https://splunk.example.com:8088`. What is no
 * address stays as it was.
 */
export function normalizeHecUrl(text: string): string {
  const address = Address.read(text);
  return address instanceof Address ? `${address.origin}${basePath(address.path)}` : tidied(text);
}

function basePath(path: string): string {
  const parts = path.split("/");
  return parts.slice(0, parts.findLastIndex((part) => !own.test(part)) + 1).join("/");
}
