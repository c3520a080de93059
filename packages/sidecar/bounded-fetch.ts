/** `fetch` that reads no more than this of an answer: whoever answers may be another than was meant, and may never end. */
export function boundedFetch(mostBytes: number, using: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const answer = await using(input, init);
    const { body, status, statusText, headers } = answer;
    return body === null ? answer : new Response(body.pipeThrough(atMost(mostBytes)), { status, statusText, headers });
  };
}

function atMost(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let read = 0;
  return new TransformStream({
    transform(chunk, controller) {
      read += chunk.byteLength;
      if (read > bytes) throw new Error(`it answers more than ${bytes / 2 ** 20} MB`);
      controller.enqueue(chunk);
    },
  });
}
