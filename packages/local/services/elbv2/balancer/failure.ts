import { errors } from "undici";

/** The target did not answer the attempt to connect. */
export function isConnectTimeout(error: Error): boolean {
  return error instanceof errors.ConnectTimeoutError;
}

/** No connection came about: nothing of the request was sent. */
export function isRefusedConnection(error: Error): boolean {
  return codeOf(error) === "ECONNREFUSED" || isConnectTimeout(error);
}

/** An open connection was closed by the target. */
export function isClosedConnection(error: Error): boolean {
  return error instanceof errors.SocketError || codeOf(error) === "ECONNRESET" || codeOf(error) === "EPIPE";
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : undefined;
}
