import type { Server } from "node:net";
import { AwsError } from "#endpoint/core/errors.ts";

/** Where the listeners on 443 and on 80 of all balancers are found on loopback; 0 lets the system choose. */
export interface LocalPorts {
  readonly https: number;
  readonly http: number;
}

/** Ports below 1024 need root, so 443 and 80 are mapped. Any other port keeps its number, if that needs no root. */
export function localPort(port: number, ports: LocalPorts): number {
  switch (port) {
    case 443:
      return ports.https;
    case 80:
      return ports.http;
    default:
      return port < 1024 || ports.https === 0 ? 0 : port;
  }
}

/** Opens the server on 127.0.0.1 and returns its port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(explained(error, port)));
    server.listen({ host: "127.0.0.1", port }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function explained(error: Error, port: number): Error {
  if (!("code" in error) || error.code !== "EADDRINUSE") return error;
  return new AwsError(
    "InvalidConfigurationRequest",
    `The balancer cannot listen on 127.0.0.1:${port}: the port is taken. Stop what listens there, or choose other ports for HTTPS and HTTP.`,
  );
}
