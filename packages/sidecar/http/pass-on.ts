import type { IncomingMessage, ServerResponse } from "node:http";

export interface PassOnOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends an answer that would go on without end. */
  readonly stopping: AbortSignal | undefined;
}

/**
 * Passes an answer on as it comes, no faster than the client reads it. One that is whole in this turn of the event loop
 * goes out as one packet with its head: of what a call takes here, a packet is the largest part.
 */
export function passOn(answer: IncomingMessage, res: ServerResponse, options: PassOnOptions): Promise<void> {
  const { headers, stopping } = options;
  return new Promise((resolve, reject) => {
    const held: Buffer[] = [];
    const hold = (chunk: Buffer) => held.push(chunk);
    const setHead = () => {
      res.statusCode = answer.statusCode ?? 502;
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    };
    const begin = () => {
      setHead();
      res.flushHeaders();
      answer.off("data", hold);
      for (const chunk of held) res.write(chunk);
      answer.pipe(res);
    };
    const beginning = setImmediate(begin);
    const stop = () => {
      clearImmediate(beginning);
      if (!res.headersSent) begin();
      answer.unpipe(res).destroy();
      res.end();
      resolve();
    };
    stopping?.addEventListener("abort", stop);
    answer.on("data", hold);
    answer.once("close", () => {
      clearImmediate(beginning);
      stopping?.removeEventListener("abort", stop);
    });
    answer.once("error", reject);
    answer.once("end", () => {
      clearImmediate(beginning);
      if (!res.headersSent) {
        setHead();
        // Of a text, Node makes one piece with the head; its bytes stay what they are.
        res.end(Buffer.concat(held).toString("latin1"), "latin1");
      }
      resolve();
    });
  });
}
