import { createServer, type Server } from "node:net";
import { AwsError } from "#local/endpoint/errors.ts";

/** Where the listeners on 443 and on 80 of the first balancer are found on loopback; 0 lets the system choose. */
export interface LocalPorts {
  readonly https: number;
  readonly http: number;
}

/**
 * Ports below 1024 need root, so 443 and 80 are mapped; each further balancer gets the next port. Any other port keeps
 * its number for the first balancer, as long as that needs no root.
 */
export function localPort(port: number, balancer: number, ports: LocalPorts): number {
  switch (port) {
    case 443:
      return ports.https === 0 ? 0 : ports.https + balancer;
    case 80:
      return ports.http === 0 ? 0 : ports.http + balancer;
    default:
      return port < 1024 || balancer > 0 || ports.https === 0 ? 0 : port;
  }
}

/** Throws when the first balancer could not open its ports: known before a deploy instead of in the midst of it. */
export async function checkPorts(ports: LocalPorts): Promise<void> {
  for (const port of [ports.https, ports.http]) {
    const server = createServer();
    await listen(server, port);
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Opens the server on 127.0.0.1 and tells its port. */
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
