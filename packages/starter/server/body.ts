import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

/** As the SDK's own limit: a call of some hundred KB is usual, one of more than this is not. */
const mostBytes = 4 * 1024 * 1024;

/**
 * A JSON body, bounded and in UTF-8.
 * @throws {Refusal} with the status that says what is wrong
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const [type = "", ...parameters] = (req.headers["content-type"] ?? "").toLowerCase().split(";");
  if (type.trim() !== "application/json") throw new Refusal(415, "Send the body as application/json.");
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) throw new Refusal(415, "Send the body in UTF-8.");
  if ((req.headers["content-encoding"] ?? "identity") !== "identity") {
    throw new Refusal(415, "Send the body without Content-Encoding.");
  }
  const text = await readText(req);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not JSON.", -32700);
  }
}

async function readText(req: IncomingMessage): Promise<string> {
  const tooLarge = new Refusal(413, `The body is larger than ${mostBytes} bytes.`);
  if (Number(req.headers["content-length"] ?? 0) > mostBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not cut the connection, on which the refusal is sent: Node discards the rest of the body.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}
