import { Client, type Dispatcher, Pool } from "undici";
import type { ListenerProtocol } from "../model.ts";
import { statuses, type TargetStatus } from "./health.ts";
import type { HealthWatch } from "./health-watch.ts";

/** The real balancer gives a target ten seconds to accept a connection, then answers 504. */
const connectTimeout = 10_000;

/** A request that is told which connection it goes out on. */
export interface TargetRequest extends Dispatcher.DispatchOptions {
  readonly sender: { connection: ConnectionUse };
}

/** How many requests were sent on a connection. */
export interface ConnectionUse {
  served: number;
}

/** A registered target: its health, the requests it is working on, and the connections kept to it. */
export class Target {
  readonly id: string;
  readonly port: number;
  readonly protocol: ListenerProtocol;
  readonly dispatcher: Pool;
  status: TargetStatus = statuses.registering;
  watch: HealthWatch | undefined;
  inFlight = 0;
  #whenIdle: (() => void) | undefined;

  constructor(id: string, port: number, protocol: ListenerProtocol) {
    this.id = id;
    this.port = port;
    this.protocol = protocol;
    const host = id.includes(":") ? `[${id}]` : id;
    this.dispatcher = new Pool(`${protocol.toLowerCase()}://${host}:${port}`, {
      connections: null,
      pipelining: 1,
      allowH2: false,
      // The balancer's idle timeout watches both directions; a second clock on this side would only disagree.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeout, rejectUnauthorized: false },
      factory: (origin, options) => new CountedClient(origin, options),
    });
  }

  acquire(): void {
    this.inFlight += 1;
  }

  release(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.#whenIdle?.();
  }

  /** Resolves once no request is in flight. */
  idle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

/** Holds one connection at a time. */
class CountedClient extends Client {
  readonly #use: ConnectionUse = { served: 0 };

  constructor(...parameters: ConstructorParameters<typeof Client>) {
    super(...parameters);
    this.on("connect", () => {
      this.#use.served = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (isTargetRequest(options)) options.sender.connection = this.#use;
    return super.dispatch(options, handler);
  }
}

function isTargetRequest(options: Dispatcher.DispatchOptions): options is TargetRequest {
  return "sender" in options;
}
