import type { IncomingMessage } from "node:http";
import { excessOf } from "../json-bounds.ts";
import { Refusal } from "./refusal.ts";

/** As the SDK's own limit: a call of some hundred KB is usual, one of more than this is not. */
const mostBytes = 4 * 1024 * 1024;

/**
 * A JSON body, bounded and in UTF-8.
 * @throws {Refusal} with the status that says what is wrong
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  return parseJson(await readJsonText(req));
}

/** @throws {Refusal} */
export function parseJson(text: string): unknown {
  const excess = excessOf(text);
  if (excess !== undefined) throw new Refusal(400, `The body ${excess}.`, -32600);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not JSON.", -32700);
  }
}

/** The text of a JSON body, as it came. @throws {Refusal} */
export function readJsonText(req: IncomingMessage): Promise<string> {
  return readBody(req, "application/json", mostBytes);
}

/** The text of a body of this type, and of so many bytes at most. @throws {Refusal} */
export async function readBody(req: IncomingMessage, type: string, mostBytes: number): Promise<string> {
  const [given = "", ...parameters] = (req.headers["content-type"] ?? "").toLowerCase().split(";");
  if (given.trim() !== type) throw new Refusal(415, `Send the body as ${type}.`);
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) throw new Refusal(415, "Send the body in UTF-8.");
  if ((req.headers["content-encoding"] ?? "identity") !== "identity") {
    throw new Refusal(415, "Send the body without Content-Encoding.");
  }
  return readText(req, mostBytes);
}

/** What comes after a refusal is read and dropped: cutting the connection would lose the answer on it. */
function readText(req: IncomingMessage, mostBytes: number): Promise<string> {
  const tooLarge = () => new Refusal(413, `The body is larger than ${mostBytes} bytes.`);
  return new Promise((resolve, reject) => {
    if (Number(req.headers["content-length"] ?? 0) > mostBytes) {
      reject(tooLarge());
      return;
    }
    // One piece is the rule. More are copied into one buffer: kept as they come, pieces of one byte each would take
    // hundreds of times what they hold.
    let held: Buffer = Buffer.alloc(0);
    let bytes = 0;
    req.on("data", (chunk: Buffer) => {
      const end = bytes + chunk.length;
      if (end > mostBytes) {
        held = Buffer.alloc(0);
        reject(tooLarge());
      } else if (bytes === 0) held = chunk;
      else {
        if (end > held.length) held = Buffer.concat([held.subarray(0, bytes)], Math.min(mostBytes, 2 * end));
        chunk.copy(held, bytes);
      }
      bytes = end;
    });
    req.once("end", () => resolve(held.toString("utf8", 0, bytes)));
    req.once("error", () => reject(new Refusal(400, "The request broke off.")));
  });
}
