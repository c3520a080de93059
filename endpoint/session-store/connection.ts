import { isIPv6 } from "node:net";
import type { TLSSocket } from "node:tls";
import { ProtocolError } from "./errors.ts";
import { execute } from "./execute.ts";
import type { Client } from "./model.ts";
import { becomeDefault, mustAuthenticate } from "./permission.ts";
import { encode, ReplyTooLong } from "./reply.ts";
import { RequestReader } from "./request.ts";
import { discard } from "./run.ts";
import type { SessionStore } from "./store.ts";

/** A client that does not read its replies is not read from once this much waits for it. */
const mostUnread = 1024 * 1024;
/** One that sends this much of a request, or of a transaction, without completing it is disconnected. */
const mostUnfinished = 1024 * 1024 * 1024;

/** Reads requests of one client and answers them in turn, until either side ends the connection. */
export function serveConnection(store: SessionStore, socket: TLSSocket, log: (line: string) => void): void {
  const client = createClient(store, socket);
  const reader = new RequestReader();
  const limit = store.options.maxMemory || mostUnfinished;
  store.clients.set(client.id, client);
  becomeDefault(store, client);

  socket.setNoDelay(true).setKeepAlive(true, 300_000);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    discard(client);
    store.clients.delete(client.id);
  });
  socket.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    answer();
  });
  socket.on("drain", () => {
    answer();
    if (socket.writableLength < mostUnread) socket.resume();
  });

  function answer(): void {
    const out = answers();
    if (socket.destroyed) return;
    if (out !== "") socket.write(out, "latin1");
    if (client.closing) socket.end();
    else if (reader.held + (client.transaction?.bytes ?? 0) > limit) cutOff("a request that is too long");
    else if (socket.writableLength >= mostUnread) socket.pause();
  }

  function answers(): string {
    let out = "";
    try {
      while (!client.closing && !socket.destroyed && socket.writableLength + out.length < mostUnread) {
        const request = reader.next(!mustAuthenticate(store, client));
        if (request === undefined) break;
        // What a browser sends when a page tries to reach a Redis.
        if (/^(?:post|host:)$/i.test(request[0] ?? "")) client.closing = true;
        else out += encode(execute(store, client, request), client.protocol);
      }
      return out;
    } catch (error) {
      return out + lastWord(error);
    }
  }

  function lastWord(error: unknown): string {
    client.closing = true;
    if (error instanceof ProtocolError) return encode(error, client.protocol);
    if (!(error instanceof ReplyTooLong)) throw error;
    cutOff("a reply that is too long");
    return "";
  }

  function cutOff(reason: string): void {
    log(`Client id=${client.id} addr=${client.address} is cut off: ${reason}`);
    socket.destroy();
  }
}

function createClient(store: SessionStore, socket: TLSSocket): Client {
  const now = Date.now();
  return {
    id: ++store.connections,
    address: place(socket.remoteAddress, socket.remotePort),
    localAddress: place(socket.localAddress, socket.localPort),
    connectedAt: now,
    activeAt: now,
    protocol: 2,
    database: 0,
    user: "default",
    authenticated: false,
    name: "",
    library: { name: "", version: "" },
    lastCommand: "NULL",
    transaction: undefined,
    watched: [],
    touched: false,
    closing: false,
    end: () => socket.destroy(),
  };
}

function place(address = "?", port = 0): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
