import { X509Certificate } from "node:crypto";
import { createServer as createHttp, type ServerOptions } from "node:http";
import { createServer as createHttp2, type Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, createServer as createTls, type SecureContext, type TLSSocket } from "node:tls";
import type { BalancerSettings, CertificatePem, ListenerSpec } from "../model.ts";
import type { ClientRequest, ClientResponse } from "./client.ts";
import { maxHeaderSize } from "./limits.ts";
import { PlainConnection } from "./plain-connection.ts";
import { defaultSslPolicy, tlsVersions } from "./tls.ts";

/** What a listener makes of what comes in. */
export interface ServerEvents {
  receive(request: ClientRequest, response: ClientResponse): void;
  upgrade(request: ClientRequest, socket: Duplex, head: Buffer): void;
  malformed(code: unknown, socket: Duplex): void;
  noHandshake(): void;
}

/** Speaks with clients over connections that others accept. */
export interface ListenerServer {
  accept(socket: Socket): void;
  setIdleTimeout(milliseconds: number): void;
  close(): void;
}

/** How often connections are looked at whose request has begun and does not end. */
const checkInterval = 1000;

const httpOptions: ServerOptions = {
  maxHeaderSize,
  connectionsCheckingInterval: checkInterval,
  // A slow upload is the idle timeout's business, not that of a limit on its whole duration.
  requestTimeout: 0,
  // Another protocol in `Upgrade` (h2c, which curl offers) is declined by answering as usual.
  shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === "websocket",
};

export function openServer(spec: ListenerSpec, settings: BalancerSettings, events: ServerEvents): ListenerServer {
  const http1 = openHttp1(settings, events);
  if (spec.protocol === "HTTP") return http1;
  const http2 = openHttp2(settings, events);
  // https://nodejs.org/api/http2.html#event-connection: this is how a connection is handed to a server.
  const tls = createTls({ ...tlsOptions(spec), ALPNProtocols: settings.http2 ? ["h2", "http/1.1"] : ["http/1.1"] });
  tls.on("secureConnection", (socket: TLSSocket) => {
    if (socket.alpnProtocol === "h2") http2.emit("connection", socket);
    else http1.accept(socket);
  });
  tls.on("tlsClientError", () => events.noHandshake());
  return {
    accept: (socket) => void tls.emit("connection", socket),
    setIdleTimeout(milliseconds) {
      http1.setIdleTimeout(milliseconds);
      http2.setTimeout(milliseconds);
    },
    close() {
      http1.close();
      http2.close();
    },
  };
}

/** Plain requests without Node's server, the others with it. */
function openHttp1(settings: BalancerSettings, events: ServerEvents): ListenerServer {
  const http = createHttp(httpOptions);
  http.on("request", events.receive);
  http.on("upgrade", events.upgrade);
  http.on("clientError", (error: Error, socket) => events.malformed("code" in error ? error.code : undefined, socket));
  const server = {
    receive: events.receive,
    // https://nodejs.org/api/http.html#event-connection
    takeOver: (socket: Socket) => void http.emit("connection", socket),
    silent: (socket: Socket) => events.malformed("ERR_HTTP_REQUEST_TIMEOUT", socket),
  };
  const setIdleTimeout = (milliseconds: number) => {
    http.setTimeout(milliseconds);
    http.keepAliveTimeout = milliseconds;
    // A head that comes byte by byte is never idle, and must end some time.
    http.headersTimeout = milliseconds;
  };
  setIdleTimeout(settings.idleTimeout);
  // A door listens in its place: only from this event on does Node look after heads that do not end.
  http.emit("listening");
  return {
    accept: (socket) => void new PlainConnection(socket, http.timeout, server),
    setIdleTimeout,
    close: () => void http.close(),
  };
}

function openHttp2(settings: BalancerSettings, events: ServerEvents) {
  // Above the limit a stream would be reset without an answer, and its connection with it: the listener refuses it.
  const http = createHttp2({ settings: { maxHeaderListSize: 4 * maxHeaderSize } });
  http.on("request", events.receive);
  http.setTimeout(settings.idleTimeout);
  // A connection is shared: each of its streams has a timer instead.
  http.on("session", (session: Http2Session) => session.setTimeout(0));
  return http;
}

function tlsOptions(spec: ListenerSpec) {
  const contexts = spec.certificates.map(served);
  const first = contexts[0];
  if (first === undefined) throw new Error(`${spec.arn} is an HTTPS listener without a certificate`);
  return {
    ...first.pem,
    ...tlsVersions(spec.sslPolicy ?? defaultSslPolicy),
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
      done(null, (contexts.find((one) => one.covers(name)) ?? first).context);
    },
  };
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
