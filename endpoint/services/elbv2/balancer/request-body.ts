import type { StreamedRequest } from "./client.ts";
import type { Connection } from "./connection.ts";

/**
 * Passes a client's body on as it comes, no faster than the target takes it. Not piped: a failing connection would
 * destroy the request and with it the socket that the 502 needs. What comes when nobody wants it any more is dropped.
 */
export function sendBody(request: StreamedRequest, connection: Connection, chunked: boolean): void {
  request.on("data", (data: Buffer) => {
    const more = chunked ? writeChunk(connection, data) : connection.write(data);
    if (more) return;
    request.pause();
    connection.onDrain(() => request.resume());
  });
  request.once("end", () => {
    if (chunked) connection.write("0\r\n\r\n");
    connection.finish();
  });
}

function writeChunk(connection: Connection, data: Buffer): boolean {
  connection.write(`${data.length.toString(16)}\r\n`);
  connection.write(data);
  return connection.write("\r\n");
}
