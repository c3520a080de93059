import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError } from "./errors.ts";

const unzip = promisify(gunzip);

/** Bytes. Lambda takes 50 MB of zipped code directly, which base64 makes 67 MB; nothing else comes near. */
export const bodyLimit = 70 * 1024 * 1024;

/** The whole body as it came. Throws `AwsError` beyond the limit. */
export async function readBody(request: IncomingMessage, limit = bodyLimit): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    // Past the limit the rest is read and dropped, so that the client hears the answer instead of a broken pipe.
    if (length <= limit) chunks.push(bytes);
    else chunks.length = 0;
  }
  if (length > limit) throw tooLarge(limit);
  return Buffer.concat(chunks);
}

/** The document in a body: the SDKs compress what they send to CloudWatch. Throws `AwsError`. */
export async function unpack(body: Buffer, contentEncoding: string | undefined, limit = bodyLimit): Promise<Buffer> {
  if (contentEncoding !== "gzip") return body;
  try {
    return await unzip(body, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(limit);
    throw new AwsError("SerializationException", "The request body is not gzip, as its Content-Encoding says.");
  }
}

function tooLarge(limit: number): AwsError {
  return new AwsError(
    "RequestEntityTooLarge",
    `The request body exceeds ${limit} bytes. Put large content in S3 and refer to it.`,
    413,
  );
}
