/** The target did not answer the attempt to connect. */
export class ConnectTimeout extends Error {
  constructor() {
    super("The target did not accept a connection in time.");
  }
}

/** The target closed the connection before its answer was complete. */
export class ConnectionClosed extends Error {
  constructor() {
    super("The target closed the connection before its answer was complete.");
  }
}

/** No connection came about: nothing of the request was sent. */
export function isRefusedConnection(error: Error): boolean {
  return error instanceof ConnectTimeout || ("code" in error && error.code === "ECONNREFUSED");
}
