import type { IncomingMessage, ServerResponse } from "node:http";
import { isStream } from "./messages.ts";
import { Late } from "./upstream.ts";

export interface PassOnOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Ends an answer that would go on without end. */
  readonly stopping: AbortSignal | undefined;
  /** So long the rest of an answer may take to come; a stream of events may be quiet for as long as its client waits. */
  readonly patienceMs: number;
}

/**
 * Passes an answer on as it comes, no faster than the client reads it. One that is whole in this turn of the event loop
 * goes out as one packet with its head: of what a call takes here, a packet is the largest part.
 *
 * @throws {Late}, or what Node does if the answer breaks off
 */
export function passOn(answer: IncomingMessage, res: ServerResponse, options: PassOnOptions): Promise<void> {
  const { headers, stopping, patienceMs } = options;
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
    let stall: NodeJS.Timeout | undefined;
    const expire = () => {
      // It is the client that is slow.
      if (answer.isPaused()) stall?.refresh();
      else answer.destroy(new Late(patienceMs, "began an answer, and sent no more of it for"));
    };
    const goOn = () => {
      if (isStream(answer.headers["content-type"])) return begin();
      stall = setTimeout(expire, patienceMs);
      answer.on("data", () => stall?.refresh());
      if (held.length > 0) return begin();
      // Until there is a word of it, the client can still be told what is wrong.
      answer.once("data", () => {
        next = setImmediate(begin);
      });
    };
    let next = setImmediate(goOn);
    const stop = () => {
      clearImmediate(next);
      if (!res.headersSent) begin();
      answer.unpipe(res).destroy();
      res.end();
      resolve();
    };
    stopping?.addEventListener("abort", stop);
    answer.on("data", hold);
    answer.once("close", () => {
      clearImmediate(next);
      clearTimeout(stall);
      stopping?.removeEventListener("abort", stop);
    });
    answer.once("error", reject);
    answer.once("end", () => {
      clearImmediate(next);
      if (!res.headersSent) {
        setHead();
        // Of a text, Node makes one piece with the head; its bytes stay what they are.
        res.end(Buffer.concat(held).toString("latin1"), "latin1");
      }
      resolve();
    });
  });
}
