import type { Address } from "./address.ts";
import type { Clock } from "./ports.ts";

/** A complete answer, or why there was none. The reason quotes neither a body nor a host, which may hold a token. */
export type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly json: unknown; readonly retryAfterMs: number }
  | { readonly kind: "unreachable"; readonly reason: string; readonly code: string };

const timeoutMs = 10_000;
/** Kept of a function's time: what a request takes that was begun last, and the record of how it went. */
export const reserveMs = timeoutMs + 3_000;

/** Who is asked, by the name people know, and where. */
export interface Destination {
  readonly name: string;
  readonly address: Address;
  readonly path: string;
}

/** One request. Never throws: a network failure is part of the answer. */
export async function attempt(
  fetch: typeof globalThis.fetch,
  { name, address, path }: Destination,
  init: RequestInit,
  clock: Clock,
): Promise<Answer> {
  try {
    const response = await fetch(address.at(path), {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const retryAfterMs = readRetryAfter(response.headers, clock.now());
    return { kind: "answer", status: response.status, json: parse(text), retryAfterMs };
  } catch (error) {
    const code = codeOf(error);
    return { kind: "unreachable", reason: `no answer from ${name} (${code})`, code };
  }
}

/** Seconds, or a date, which counts from the sender's own: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function readRetryAfter(headers: Headers, now: number): number {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const sent = Date.parse(headers.get("date") ?? "");
  const pause = Date.parse(text) - (Number.isFinite(sent) ? sent : now);
  return Number.isFinite(pause) ? Math.max(0, pause) : 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, or nothing: the status is all that matters.
    return undefined;
  }
}

/** `ENOTFOUND` or `TimeoutError`. The message of an error names hosts, and quotes headers that it does not take. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  const code: unknown = error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
  const name = typeof code === "string" ? code : error.name;
  return /^[A-Za-z_]{2,40}$/.test(name) ? name : "failed";
}
