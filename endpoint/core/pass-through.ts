import { IncomingMessage, type RequestListener } from "node:http";
import type { Exchange } from "./exchange.ts";

/**
 * Lets an emulator answer as a server would, which it is not: a port of its own would be a way around this
 * endpoint. Resolves with the status once the answer is out, and rejects when the client did not wait for it.
 * @param body stands for the request's when it was read already
 */
export function answerBy(emulator: RequestListener, { request, response }: Exchange, body?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    response.once("close", () => {
      if (response.writableFinished) resolve(response.statusCode);
      else reject(new Error("The client went away."));
    });
    emulator(body === undefined ? request : withBody(request, body), response);
  });
}

/** The request again, for an emulator that reads it itself. */
function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, headers, rawHeaders, httpVersion } = request;
  const replay = Object.assign(new IncomingMessage(request.socket), { method, url, headers, rawHeaders, httpVersion });
  replay.complete = true;
  replay.push(body);
  replay.push(null);
  return replay;
}
