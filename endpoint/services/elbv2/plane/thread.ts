import { Worker } from "node:worker_threads";
import type { Clock } from "#endpoint/core/ports.ts";
import { errorOf } from "./failure.ts";
import type { Answer, Asked, Command, PlaneEvent, PlaneOptions } from "./messages.ts";

export interface ThreadPorts {
  readonly clock: Clock;
  readonly log: (line: string) => void;
  options(): PlaneOptions;
  /** The commands that bring a new data plane to where the last one should have been. */
  restore(): readonly Command[];
  onEvent(event: PlaneEvent): void;
}

interface Pending {
  readonly command: Command;
  resolve(): void;
  reject(error: Error): void;
}

/** Milliseconds before a new thread takes the place of one that ended; doubled each time none came up in between. */
const restartDelay = 200;
const maxRestartDelay = 5_000;

/** Nobody waits for the answer to a command that restores. */
const restoring = 0;

/** The thread of the data plane, which starts with the first command and restarts when it ends unasked. */
export class PlaneThread {
  readonly #ports: ThreadPorts;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #state: "idle" | "up" | "down" | "closed" = "idle";
  #last = restoring;
  #delay = restartDelay;
  #everUp = false;

  constructor(ports: ThreadPorts) {
    this.#ports = ports;
  }

  /** Resolves when the data plane is done. A command that its end overtakes is given to the next. */
  send(command: Command): Promise<void> {
    if (this.#state === "closed") return afterClose(command);
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.set(id, { command, resolve, reject });
    if (this.#state === "idle") this.#open();
    else this.#post({ id, command });
    return promise;
  }

  /** Resolves when all ports are closed. */
  async close(): Promise<void> {
    const closing = this.#state === "up" ? this.send({ kind: "close" }) : undefined;
    this.#state = "closed";
    await closing;
    await this.#worker?.terminate();
    for (const { command, resolve, reject } of this.#pending.values()) afterClose(command).then(resolve, reject);
    this.#pending.clear();
  }

  #open(): void {
    const worker = new Worker(new URL("../balancer/worker.ts", import.meta.url), {
      name: "balancer",
      workerData: this.#ports.options(),
    });
    let cause = "without an error";
    worker.on("message", (message: Answer | PlaneEvent) => this.#take(message));
    worker.once("error", (error) => {
      cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.once("exit", () => void this.#ended(cause));
    this.#worker = worker;
    this.#state = "up";
    for (const command of this.#ports.restore()) this.#post({ id: restoring, command });
    for (const [id, { command }] of this.#pending) this.#post({ id, command });
  }

  #post(asked: Asked): void {
    this.#worker?.postMessage(asked);
  }

  #take(message: Answer | PlaneEvent): void {
    this.#everUp = true;
    switch (message.kind) {
      case "done":
        this.#delay = restartDelay;
        this.#settle(message.id)?.resolve();
        return;
      case "failed": {
        const error = errorOf(message.failure);
        if (message.id === restoring)
          this.#ports.log(`The load balancers restarted, but not as before: ${error.message}`);
        else this.#settle(message.id)?.reject(error);
        return;
      }
      case "health":
      case "ports":
      case "metrics":
      case "requests":
        this.#ports.onEvent(message);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  async #ended(cause: string): Promise<void> {
    this.#worker = undefined;
    if (this.#state === "closed") {
      this.#settle(this.#last)?.resolve();
      return;
    }
    if (!this.#everUp) {
      this.#refuse(`The load balancers' thread does not start: ${cause}`);
      return;
    }
    this.#state = "down";
    this.#ports.log(`The load balancers' thread ended unexpectedly and restarts. Why it ended: ${cause}`);
    await this.#ports.clock.sleep(this.#delay);
    this.#delay = Math.min(2 * this.#delay, maxRestartDelay);
    if (this.#state === "down") this.#open();
  }

  /** Whoever waits for a balancer to serve learns why it cannot; other commands wait for the next attempt. */
  #refuse(why: string): void {
    this.#state = "idle";
    this.#ports.log(why);
    for (const [id, { command, reject }] of this.#pending) {
      if (command.kind !== "serve") continue;
      this.#pending.delete(id);
      reject(new Error(why));
    }
  }
}

/** Where nothing serves any more, nothing is left to change. */
function afterClose(command: Command): Promise<void> {
  return command.kind === "serve" ? Promise.reject(new Error("The load balancers are closed.")) : Promise.resolve();
}
