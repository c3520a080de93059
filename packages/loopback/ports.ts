import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { listenOnLoopback, loopback } from "./server.ts";

/**
 * Below the ports that systems give to outgoing connections: any process may get one of those before the server that
 * it was meant for has started. https://docs.kernel.org/networking/ip-sysctl.html, `ip_local_port_range`.
 */
const range = { first: 20_000, end: 32_768 };
const attempts = 200;

/** A UDP socket on the same number tells every other fleet on this machine that a TCP port is taken. */
const claims = new Map<number, Socket>();

/**
 * A port on loopback for a server that starts later, perhaps in another process. No other caller on this machine gets
 * it until `releasePort`, or until this process ends.
 * @throws {Error} when none of many is free
 */
export async function takePort(host: string = loopback): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(range.first, range.end);
    const claim = await claimPort(port);
    if (claim === undefined) continue;
    if (await isFree(port, host)) {
      claims.set(port, claim);
      return port;
    }
    claim.close();
  }
  throw new Error(`None of ${attempts} ports from ${range.first} to ${range.end - 1} is free on ${host}.`);
}

/** Lets others have `port`, whose server has ended. */
export function releasePort(port: number): void {
  claims.get(port)?.close();
  claims.delete(port);
}

async function claimPort(port: number): Promise<Socket | undefined> {
  const socket = createSocket("udp4");
  socket.bind({ port, address: loopback, exclusive: true });
  try {
    await once(socket, "listening");
    return socket.unref();
  } catch {
    return undefined;
  }
}

/** @returns whether a server could listen there now */
export async function isFree(port: number, host: string = loopback): Promise<boolean> {
  return (await tryPort(port, host)) === undefined;
}

/** Listens for a moment. @returns the system's code, such as EADDRINUSE, where a server cannot listen there now */
export async function tryPort(port: number, host: string = loopback): Promise<string | undefined> {
  const server = createServer();
  try {
    await listenOnLoopback(server, port, host);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  server.close();
  await once(server, "close");
  return undefined;
}
