import type { ListenerProtocol } from "../model.ts";
import { Connection } from "./connection.ts";
import { statuses, type TargetStatus } from "./health.ts";
import type { HealthWatch } from "./health-watch.ts";

/** A registered target: its health, the requests it is working on, and the connections kept to it. */
export class Target {
  readonly id: string;
  readonly port: number;
  readonly protocol: ListenerProtocol;
  status: TargetStatus = statuses.registering;
  watch: HealthWatch | undefined;
  inFlight = 0;
  readonly #connections = new Set<Connection>();
  /** The last is used next, so that those too many grow old. */
  readonly #idle: Connection[] = [];
  #kept = true;
  #whenIdle: (() => void) | undefined;

  constructor(id: string, port: number, protocol: ListenerProtocol) {
    this.id = id;
    this.port = port;
    this.protocol = protocol;
  }

  /**
   * One for a request: kept from an earlier one for as long as the balancer keeps idle connections, whatever the target
   * says of its own patience; or a new one.
   */
  connection(idleTimeout: number): Connection {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (kept.isFresh(idleTimeout)) return kept;
      kept.destroy();
    }
    const connection = new Connection(this, this.#keep, (gone) => this.#forget(gone));
    this.#connections.add(connection);
    return connection;
  }

  /** Whatever is in flight may finish; its connections are not used again. */
  retire(): void {
    this.#kept = false;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  /** Ends what is in flight too. */
  destroy(): void {
    this.retire();
    for (const connection of this.#connections) connection.destroy();
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

  readonly #keep = (connection: Connection): void => {
    if (this.#kept) this.#idle.push(connection);
    else connection.destroy();
  };

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}
