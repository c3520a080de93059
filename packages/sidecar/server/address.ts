import type { IncomingMessage } from "node:http";

/**
 * The base URL that a client used: metadata has to name it (RFC 9728, section 3.3), and cookies stay with it. It is the
 * public one, unless that is a name of this machine: programs may not resolve it, and come through a proxy on
 * 127.0.0.1, which passes on the original host.
 */
export function addressOf(req: IncomingMessage, externalUrl: URL): URL {
  const host = req.headers["x-forwarded-host"];
  if (typeof host !== "string" || !externalUrl.hostname.endsWith(".localhost")) return externalUrl;
  return (/^127\.0\.0\.1:\d{1,5}$/.test(host) ? URL.parse(`https://${host}`) : undefined) ?? externalUrl;
}
