import { boundedFetch as readBounded } from "#sidecar/bounded-fetch.ts";

/** More than any list of tools takes, and little enough for all probes that run at once. */
const longestAnswer = 2 * 1024 * 1024;

/**
 * `fetch` for one service, whoever wrote it: it stays at the service's own address, follows no redirect, and reads no
 * more of an answer than a client would.
 */
export function boundedFetch(using: typeof fetch, { origin }: URL, signal: AbortSignal): typeof fetch {
  const bounded = readBounded(longestAnswer, using);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) throw new Error(`it leads to ${url.origin}, away from ${origin}`);
    return bounded(url, { ...init, signal, redirect: "manual" });
  };
}
