import type { Socket } from "node:net";
import type { ListenerProtocol } from "../model.ts";
import { serverNameOf } from "./client-hello.ts";

/** Which host a new connection is for, as far as its first bytes say. */
export interface Opening {
  readonly protocol: ListenerProtocol;
  readonly host: string | undefined;
}

/** Milliseconds a client has to say it: a TLS handshake's first flight, or the headers of a request. */
const patience = 60_000;

/** Much more than any client's first flight, and as much as the balancer takes of headers. */
const maxOpening = 64 * 1024;

const tlsHandshake = 22;

/** Reads only as far as it takes, and puts everything back before it calls back. A client that names none is dropped. */
export function readOpening(socket: Socket, found: (opening: Opening) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const give = () => socket.destroy();
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) bytes = Buffer.concat([bytes, chunk]);
    const opening = openingOf(bytes) ?? (bytes.length > maxOpening ? anonymous(bytes) : undefined);
    if (opening === undefined) return;
    socket.off("readable", read).off("error", give).off("end", give).off("timeout", give).setTimeout(0);
    socket.unshift(bytes);
    found(opening);
  };
  socket.on("readable", read).on("error", give).on("end", give).on("timeout", give).setTimeout(patience);
}

/** Undefined while more is to come. */
function openingOf(bytes: Buffer): Opening | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== tlsHandshake) return headOf(bytes);
  const name = serverNameOf(bytes);
  return name.kind === "incomplete" ? undefined : { protocol: "HTTPS", host: name.host };
}

function headOf(bytes: Buffer): Opening | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const host = /\r\nhost:[ \t]*([^\r\n:]+)/i.exec(bytes.toString("latin1", 0, end))?.[1];
  return { protocol: "HTTP", host: host?.trim().toLowerCase() };
}

function anonymous(bytes: Buffer): Opening {
  return { protocol: bytes[0] === tlsHandshake ? "HTTPS" : "HTTP", host: undefined };
}
