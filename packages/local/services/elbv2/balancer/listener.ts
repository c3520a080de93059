import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenerSpec } from "../model.ts";
import { type ClientRequest, type ClientResponse, type Entry, sendPage, writeHead } from "./client.ts";
import type { RoutedRequest } from "./conditions.ts";
import { Exchange } from "./exchange.ts";
import type { Hop } from "./headers.ts";
import { type LocalPorts, listen, localPort } from "./local-port.ts";
import { page, rawErrorPage } from "./page.ts";
import { redirectLocation } from "./redirect.ts";
import type { Route } from "./route.ts";
import type { Router } from "./router.ts";
import { type CertificateReader, type ListenerServer, openServer } from "./server.ts";
import { select } from "./stickiness.ts";
import { forwardUpgrade } from "./upgrade.ts";

/** Everything about requests that may change while the listener is open. */
export interface ListenerState {
  readonly entry: Omit<Entry, "hop">;
  readonly router: Router<Route>;
  /** The port on loopback of this balancer's listener on `port`. */
  localPortOf(port: number): number | undefined;
}

/** One open port of a balancer. */
export class Listener {
  readonly spec: ListenerSpec;
  readonly port: number;
  readonly #server: ListenerServer;
  readonly #sockets = new Set<Socket>();
  readonly #hosts = new Map<string, string>();
  #state: ListenerState;

  private constructor(spec: ListenerSpec, server: ListenerServer, port: number, state: ListenerState) {
    this.spec = spec;
    this.port = port;
    this.#server = server;
    this.#state = state;
    server.http.on("connection", (socket: Socket) => this.#connected(socket));
    server.http.on("request", (request: ClientRequest, response: ClientResponse) => this.#handle(request, response));
    server.http.on("upgrade", (request: ClientRequest, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    server.http.on("tlsClientError", () => this.#state.entry.meter.add("ClientTLSNegotiationErrorCount"));
    server.http.on("clientError", (_: Error, socket: Duplex) => this.#malformed(socket));
  }

  static async open(
    spec: ListenerSpec,
    state: ListenerState,
    at: { readonly balancer: number; readonly ports: LocalPorts; readonly certificates: CertificateReader },
  ): Promise<Listener> {
    const server = await openServer(spec, state.entry.settings, at.certificates);
    const port = await listen(server.http, localPort(spec.port, at.balancer, at.ports));
    return new Listener(spec, server, port, state);
  }

  /** Requests that come from now on obey `state`. Its settings' idle timeout holds for new connections. */
  update(state: ListenerState): void {
    this.#state = state;
    this.#server.setIdleTimeout(state.entry.settings.idleTimeout);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.http.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #connected(socket: Socket): void {
    const { meter } = this.#state.entry;
    this.#sockets.add(socket);
    meter.add("NewConnectionCount");
    meter.activeConnections += 1;
    socket.once("close", () => {
      this.#sockets.delete(socket);
      meter.activeConnections -= 1;
    });
  }

  #handle(request: ClientRequest, response: ClientResponse): void {
    const { entry, router } = this.#state;
    entry.meter.request();
    const routed = this.#routed(request);
    if (routed === undefined) {
      sendPage(response, entry.meter, 400);
      entry.report(request, 400, performance.now(), undefined);
      return;
    }
    const route = router(routed);
    switch (route.kind) {
      case "forward": {
        const selection = select(route, request.headers.cookie);
        if (selection?.target === undefined) {
          sendPage(response, entry.meter, 503);
          entry.report(request, 503, performance.now(), undefined);
          return;
        }
        const path = routed.query === "" ? routed.path : `${routed.path}?${routed.query}`;
        new Exchange(this.#entry(), request, response, path, { ...selection, target: selection.target }).start();
        return;
      }
      case "redirect": {
        const location = redirectLocation(route.action, routed, this.#entrance(), this.#state.localPortOf);
        const { body, headers } = page(route.action.status, "Location", location);
        entry.meter.add("HTTP_Redirect_Count");
        writeHead(response, route.action.status, "", headers);
        response.end(body);
        entry.report(request, route.action.status, performance.now(), undefined);
        return;
      }
      case "fixed":
        entry.meter.add("HTTP_Fixed_Response_Count");
        writeHead(response, route.status, "", [...route.headers]);
        response.end(route.body);
        entry.report(request, route.status, performance.now(), undefined);
    }
  }

  #upgrade(request: ClientRequest, socket: Duplex, head: Buffer): void {
    const { entry, router } = this.#state;
    entry.meter.request();
    const routed = this.#routed(request);
    const route = routed === undefined ? undefined : router(routed);
    const selection = route?.kind === "forward" ? select(route, request.headers.cookie) : undefined;
    if (selection?.target === undefined) {
      const status = route === undefined ? 400 : 503;
      entry.meter.ownError(status);
      socket.end(rawErrorPage(status));
      return;
    }
    forwardUpgrade(this.#entry(), request, socket, head, { ...selection, target: selection.target });
  }

  #malformed(socket: Duplex): void {
    this.#state.entry.meter.ownError(400);
    if (socket.writable) socket.end(rawErrorPage(400));
    else socket.destroy();
  }

  /** Undefined for what the real balancer refuses with 400: no host, or a target that is no path. */
  #routed(request: ClientRequest): RoutedRequest | undefined {
    const hostHeader = request.headers.host ?? request.headers[":authority"];
    const target = request.url ?? "";
    if (typeof hostHeader !== "string" || hostHeader === "" || !target.startsWith("/")) return undefined;
    const mark = target.indexOf("?");
    return {
      method: request.method ?? "GET",
      host: this.#hostOf(hostHeader),
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? "" : target.slice(mark + 1),
      headers: request.headers,
      clientAddress: request.socket.remoteAddress ?? "127.0.0.1",
    };
  }

  /** In lower case and without the port. The few hosts of a fleet are remembered; strangers' are not piled up. */
  #hostOf(header: string): string {
    const known = this.#hosts.get(header);
    if (known !== undefined) return known;
    const host = header.toLowerCase().replace(/:\d+$/, "");
    if (this.#hosts.size < 1000) this.#hosts.set(header, host);
    return host;
  }

  #entrance() {
    return { protocol: this.spec.protocol, port: this.port };
  }

  #entry(): Entry {
    const { settings, meter, report } = this.#state.entry;
    return { settings, meter, report, hop: this.#hop };
  }

  readonly #hop = (request: ClientRequest): Hop => ({
    clientAddress: request.socket.remoteAddress ?? "127.0.0.1",
    clientPort: request.socket.remotePort,
    protocol: this.spec.protocol,
    port: String(this.port),
  });
}
