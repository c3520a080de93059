import { createServer, type Server, type Socket } from "node:net";
import type { ListenerProtocol } from "../model.ts";
import type { PlaneOptions } from "../plane/messages.ts";
import type { Directory } from "./directory.ts";
import type { Answerer, Entrance, Listener } from "./listener.ts";
import { listen, localPort } from "./local-port.ts";
import { readOpening } from "./opening.ts";

/**
 * The ports on loopback. On AWS each balancer has addresses of its own; here the listeners of all on one port share one
 * door, which leads each client to the balancer that DNS would have led it to.
 */
export class Doors {
  readonly #options: PlaneOptions;
  readonly #directory: Directory;
  readonly #doors = new Map<number, Door>();

  constructor(options: PlaneOptions, directory: Directory) {
    this.#options = options;
    this.#directory = directory;
  }

  /** The door for listeners on `port`, which opens when the first is let in and closes behind the last. */
  at(port: number): Door {
    const known = this.#doors.get(port);
    if (known !== undefined) return known;
    const { ports, formerPorts } = this.#options;
    const door = new Door(formerPorts.get(port) ?? localPort(port, ports), this.#directory, () => {
      if (this.#doors.get(port) === door) this.#doors.delete(port);
    });
    this.#doors.set(port, door);
    return door;
  }
}

export class Door implements Entrance {
  /** On loopback. */
  port: number;
  readonly #directory: Directory;
  readonly #onEmpty: () => void;
  readonly #server: Server;
  readonly #listeners = new Map<string, Listener>();
  /** Connections that have not yet named their host. */
  readonly #waiting = new Set<Socket>();
  #opening: Promise<void> | undefined;

  constructor(port: number, directory: Directory, onEmpty: () => void) {
    this.port = port;
    this.#directory = directory;
    this.#onEmpty = onEmpty;
    // As Node's own HTTP servers have it.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#connected(socket));
  }

  async admit(balancer: string, listener: Listener): Promise<void> {
    const before = this.#listeners.get(balancer);
    this.#listeners.set(balancer, listener);
    this.#opening ??= this.#open();
    try {
      await this.#opening;
    } catch (error) {
      if (before === undefined) this.dismiss(balancer, listener);
      else this.#listeners.set(balancer, before);
      throw error;
    }
  }

  dismiss(balancer: string, listener: Listener): void {
    if (this.#listeners.get(balancer) === listener) this.#listeners.delete(balancer);
    if (this.#listeners.size > 0) return;
    this.#onEmpty();
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }

  /** For a client that came in by `protocol`. One connection may ask for several hosts, as browsers do with HTTP/2. */
  answererOf(host: string | undefined, protocol: ListenerProtocol): Answerer {
    const whereabouts = this.#directory.find(host);
    if (whereabouts.kind === "nowhere") return { kind: "nobody", why: whereabouts.why };
    const listener = this.#listeners.get(whereabouts.arn);
    if (listener?.spec.protocol === protocol) return listener.asAnswerer;
    return {
      kind: "nobody",
      why: `The balancer of ${host ?? "this address"} has no ${protocol} listener on this port.`,
    };
  }

  async #open(): Promise<void> {
    this.port = await listen(this.#server, this.port);
  }

  #connected(socket: Socket): void {
    const [first] = this.#listeners.values();
    if (first === undefined) socket.destroy();
    else if (this.#listeners.size === 1) first.accept(socket);
    else this.#ask(socket);
  }

  #ask(socket: Socket): void {
    this.#waiting.add(socket);
    socket.once("close", () => this.#waiting.delete(socket));
    readOpening(socket, ({ protocol, host }) => {
      this.#waiting.delete(socket);
      const answerer = this.answererOf(host, protocol);
      const listener = answerer.kind === "listener" ? answerer.listener : this.#anyOf(protocol);
      if (listener === undefined) socket.destroy();
      else listener.accept(socket);
    });
  }

  /** Some server has to read a client's request before it can answer that the host is wrong here. */
  #anyOf(protocol: ListenerProtocol): Listener | undefined {
    const all = [...this.#listeners.values()];
    return all.find(({ spec }) => spec.protocol === protocol) ?? all[0];
  }
}
