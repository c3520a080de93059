import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenerProtocol, ListenerSpec } from "../model.ts";
import { type ClientRequest, type ClientResponse, type Entry, sendPage, writeHead } from "./client.ts";
import { Exchange } from "./exchange.ts";
import type { Hop } from "./headers.ts";
import { type ErrorStatus, nobodyPage, page, rawErrorPage, rawPage } from "./page.ts";
import { redirectLocation } from "./redirect.ts";
import type { Route } from "./route.ts";
import { routedRequest } from "./routed-request.ts";
import type { Router } from "./router.ts";
import { type ListenerServer, openServer } from "./server.ts";
import { select } from "./stickiness.ts";
import { forwardUpgrade } from "./upgrade.ts";

/** Everything about requests that may change while the listener is open. */
export interface ListenerState {
  readonly entry: Omit<Entry, "hop">;
  readonly router: Router<Route>;
  /** The port on loopback of this balancer's listener on `port`. */
  localPortOf(port: number): number | undefined;
}

/** Who answers a request. */
export type Answerer =
  | { readonly kind: "listener"; readonly listener: Listener }
  | { readonly kind: "nobody"; readonly why: string };

/** The port on loopback that listeners of several balancers share, as one of them sees it. */
export interface Entrance {
  readonly port: number;
  /** Lets a balancer's listener serve here, in place of the one it had. Throws when the port is taken. */
  admit(balancer: string, listener: Listener): Promise<void>;
  dismiss(balancer: string, listener: Listener): void;
  answererOf(host: string | undefined, protocol: ListenerProtocol): Answerer;
}

/** What serves one port of a balancer, with the connections that a door hands it. */
export class Listener {
  readonly spec: ListenerSpec;
  readonly asAnswerer: Answerer = { kind: "listener", listener: this };
  readonly #balancer: string;
  readonly #door: Entrance;
  readonly #server: ListenerServer;
  readonly #sockets = new Set<Socket>();
  readonly #hosts = new Map<string, string>();
  #state: ListenerState;

  private constructor(
    spec: ListenerSpec,
    at: { readonly balancer: string; readonly door: Entrance },
    state: ListenerState,
  ) {
    this.spec = spec;
    this.#balancer = at.balancer;
    this.#door = at.door;
    this.#state = state;
    this.#server = openServer(spec, state.entry.settings, {
      receive: (request, response) => this.#receive(request, response),
      upgrade: (request, socket, head) => this.#receiveUpgrade(request, socket, head),
      malformed: (code, socket) => this.#malformed(code, socket),
      noHandshake: () => this.#state.entry.meter.add("ClientTLSNegotiationErrorCount"),
    });
  }

  static async open(
    spec: ListenerSpec,
    state: ListenerState,
    at: { readonly balancer: string; readonly doors: { at(port: number): Entrance } },
  ): Promise<Listener> {
    const door = at.doors.at(spec.port);
    const listener = new Listener(spec, { balancer: at.balancer, door }, state);
    await door.admit(at.balancer, listener);
    return listener;
  }

  /** On loopback. */
  get port(): number {
    return this.#door.port;
  }

  /** Serves a connection, of which nothing was taken yet or all that was has been put back. */
  accept(socket: Socket): void {
    // It would linger after the client's end of it.
    socket.allowHalfOpen = false;
    this.#connected(socket);
    this.#server.accept(socket);
  }

  /** Requests that come from now on obey `state`. Its settings' idle timeout holds for new connections. */
  update(state: ListenerState): void {
    this.#state = state;
    this.#server.setIdleTimeout(state.entry.settings.idleTimeout);
  }

  close(): void {
    this.#door.dismiss(this.#balancer, this);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
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

  /** A request over a connection of this listener may be for another: browsers ask several hosts over one. */
  #receive(request: ClientRequest, response: ClientResponse): void {
    const host = this.#hostOf(request);
    const answerer = this.#answererOf(host);
    if (answerer.kind === "listener") {
      answerer.listener.#handle(request, response, host);
      return;
    }
    const { body, headers } = nobodyPage(answerer.why);
    writeHead(response, 404, "", headers);
    response.end(body);
    this.#state.entry.report(request, 404, performance.now(), undefined);
  }

  #receiveUpgrade(request: ClientRequest, socket: Duplex, head: Buffer): void {
    const host = this.#hostOf(request);
    const answerer = this.#answererOf(host);
    if (answerer.kind === "listener") answerer.listener.#upgrade(request, host, socket, head);
    else socket.end(rawPage("404 Not Found", nobodyPage(answerer.why)));
  }

  /** What came without a host stays here, to be refused. */
  #answererOf(host: string | undefined): Answerer {
    return host === undefined ? this.asAnswerer : this.#door.answererOf(host, this.spec.protocol);
  }

  #handle(request: ClientRequest, response: ClientResponse, host: string | undefined): void {
    const { entry, router } = this.#state;
    entry.meter.request();
    const routed = routedRequest(request, host);
    if (typeof routed === "number") {
      sendPage(response, entry.meter, routed);
      entry.report(request, routed, performance.now(), undefined);
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

  #upgrade(request: ClientRequest, host: string | undefined, socket: Duplex, head: Buffer): void {
    const { entry, router } = this.#state;
    entry.meter.request();
    const routed = routedRequest(request, host);
    const route = typeof routed === "number" ? undefined : router(routed);
    const selection = route?.kind === "forward" ? select(route, request.headers.cookie) : undefined;
    if (selection?.target === undefined) {
      const status = route === undefined ? 400 : 503;
      entry.meter.ownError(status);
      socket.end(rawErrorPage(status));
      return;
    }
    forwardUpgrade(this.#entry(), request, socket, head, { ...selection, target: selection.target });
  }

  #malformed(code: unknown, socket: Duplex): void {
    const status = clientErrorStatus(code);
    this.#state.entry.meter.ownError(status);
    if (socket.writable) socket.end(rawErrorPage(status));
    else socket.destroy();
  }

  /** In lower case and without the port. The few hosts of a fleet are remembered; strangers' are not piled up. */
  #hostOf(request: ClientRequest): string | undefined {
    const header = request.headers.host ?? request.headers[":authority"];
    if (typeof header !== "string" || header === "") return undefined;
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
    const { settings, meter, overhear, report } = this.#state.entry;
    return { settings, meter, overhear, report, hop: this.#hop };
  }

  readonly #hop = (request: ClientRequest): Hop => ({
    clientAddress: request.socket.remoteAddress ?? "127.0.0.1",
    clientPort: request.socket.remotePort,
    protocol: this.spec.protocol,
    port: String(this.port),
  });
}

function clientErrorStatus(code: unknown): ErrorStatus {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    default:
      return 400;
  }
}
