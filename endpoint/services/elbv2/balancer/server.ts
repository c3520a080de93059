import { X509Certificate } from "node:crypto";
import { createServer as createHttp, type Server as HttpServer } from "node:http";
import { createSecureServer, type Http2SecureServer, type Http2Session } from "node:http2";
import { createServer as createHttps, type Server as HttpsServer } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import type { BalancerSettings, CertificatePem, ListenerSpec } from "../model.ts";
import { defaultSslPolicy, tlsVersions } from "./tls.ts";

export interface ListenerServer {
  readonly http: HttpServer | HttpsServer | Http2SecureServer;
  setIdleTimeout(milliseconds: number): void;
}

/** 64 K, the real balancer's limit for all request headers together. */
export const maxHeaderSize = 64 * 1024;

/** How often connections are looked at whose request has begun and does not end. */
const checkInterval = 1000;

export function openServer(spec: ListenerSpec, settings: BalancerSettings): ListenerServer {
  const options = {
    maxHeaderSize,
    connectionsCheckingInterval: checkInterval,
    // A slow upload is the idle timeout's business, not that of a limit on its whole duration.
    requestTimeout: 0,
    // Another protocol in `Upgrade` (h2c, which curl offers) is declined by answering as usual.
    shouldUpgradeCallback: (request: { readonly headers: { readonly upgrade?: string | undefined } }) =>
      request.headers.upgrade?.toLowerCase() === "websocket",
  };
  if (spec.protocol === "HTTP") return timed(createHttp(options), settings);
  const contexts = spec.certificates.map(served);
  const first = contexts[0];
  if (first === undefined) throw new Error(`${spec.arn} is an HTTPS listener without a certificate`);
  const secure = {
    ...options,
    ...first.pem,
    ...tlsVersions(spec.sslPolicy ?? defaultSslPolicy),
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
      done(null, (contexts.find((one) => one.covers(name)) ?? first).context);
    },
  };
  if (!settings.http2) return timed(createHttps(secure), settings);
  // Above the limit a stream would be reset without an answer, and its connection with it: the listener refuses it.
  const http2 = { allowHTTP1: true, settings: { maxHeaderListSize: 4 * maxHeaderSize } };
  return timed(createSecureServer({ ...secure, ...http2 }), settings);
}

function timed(http: ListenerServer["http"], settings: BalancerSettings): ListenerServer {
  const setIdleTimeout = (milliseconds: number) => {
    http.setTimeout(milliseconds);
    if ("keepAliveTimeout" in http) http.keepAliveTimeout = milliseconds;
    // A head that comes byte by byte is never idle, and must end some time.
    if ("headersTimeout" in http) http.headersTimeout = milliseconds;
  };
  setIdleTimeout(settings.idleTimeout);
  // A door listens in its place: only from this event on does Node look after heads that do not end.
  http.emit("listening");
  // An HTTP/2 connection is shared: each of its streams has a timer instead.
  http.on("session", (session: Http2Session) => session.setTimeout(0));
  return { http, setIdleTimeout };
}

function served({ certificate, privateKey }: CertificatePem) {
  const pem = { cert: certificate, key: privateKey };
  const leaf = new X509Certificate(certificate);
  return {
    pem,
    context: createSecureContext(pem),
    covers: (name: string) => leaf.checkHost(name) !== undefined,
  };
}
