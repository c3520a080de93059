/** More than any list of tools takes, and little enough for all probes that run at once. */
const longestAnswer = 2 * 1024 * 1024;

/**
 * `fetch` for one service, whoever wrote it: it stays at the service's own address, follows no redirect, and reads no
 * more of an answer than a client would.
 */
export function boundedFetch(using: typeof fetch, { origin }: URL, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) throw new Error(`it leads to ${url.origin}, away from ${origin}`);
    const answer = await using(url, { ...init, signal, redirect: "manual" });
    const { body, status, headers } = answer;
    return body === null ? answer : new Response(body.pipeThrough(atMost(longestAnswer)), { status, headers });
  };
}

function atMost(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let read = 0;
  return new TransformStream({
    transform(chunk, controller) {
      read += chunk.byteLength;
      if (read > bytes) throw new Error(`it answers more than ${bytes / 1024 / 1024} MB`);
      controller.enqueue(chunk);
    },
  });
}
