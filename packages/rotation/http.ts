/** An answer, read whole; or why there was none. A body is in no reason: it may hold a token. */
export type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly json: unknown; readonly retryAfterMs: number }
  | { readonly kind: "unreachable"; readonly reason: string };

const timeoutMs = 10_000;
const defaultRetryMs = 1_000;

/** One request. It throws nothing: what a network does is part of the answer. */
export async function attempt(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : defaultRetryMs;
    return { kind: "answer", status: response.status, json: parse(text), retryAfterMs };
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    return { kind: "unreachable", reason: `no answer from ${hostOf(url)} (${name})` };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, or nothing: the status alone says what is to be known.
    return undefined;
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is no URL";
}
