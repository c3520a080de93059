import type { Address } from "./address.ts";

/** A complete answer, or why there was none. The reason quotes neither a body nor a host, which may hold a token. */
export type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly json: unknown; readonly retryAfterMs: number }
  | { readonly kind: "unreachable"; readonly reason: string };

const timeoutMs = 10_000;
/** Kept of a function's time: what a request takes that was begun last, and the record of how it went. */
export const reserveMs = timeoutMs + 3_000;
const defaultRetryMs = 1_000;

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
): Promise<Answer> {
  try {
    const response = await fetch(address.at(path), {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : defaultRetryMs;
    return { kind: "answer", status: response.status, json: parse(text), retryAfterMs };
  } catch (error) {
    return { kind: "unreachable", reason: `no answer from ${name} (${codeOf(error)})` };
  }
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
  return typeof code === "string" && /^[A-Z_]{2,40}$/.test(code) ? code : error.name;
}
