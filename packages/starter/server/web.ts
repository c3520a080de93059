import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The request without its body, as the SDK's handler takes it. */
export function toWebRequest(req: IncomingMessage, url: URL, signal?: AbortSignal): Request {
  const headers = new Headers();
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    headers.append(req.rawHeaders[at] ?? "", req.rawHeaders[at + 1] ?? "");
  }
  return new Request(url, { method: req.method ?? "GET", headers, ...(signal === undefined ? {} : { signal }) });
}

/** Sends what the SDK's handler answered; a stream as it comes, no faster than the client reads it. */
export async function sendWebResponse(response: Response, res: ServerResponse): Promise<void> {
  for (const [name, value] of response.headers) res.setHeader(name, value);
  res.statusCode = response.status;
  if (response.body === null) {
    res.end();
    return;
  }
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    res.end(await response.text());
    return;
  }
  res.flushHeaders();
  for await (const chunk of response.body) {
    if (res.destroyed) return;
    if (!res.write(chunk)) await Promise.race([once(res, "drain"), once(res, "close")]);
  }
  res.end();
}
