import type { Clock } from "#endpoint/core/ports.ts";
import type { RequestReport } from "../plane/messages.ts";
import type { ClientRequest } from "./client.ts";
import { type Rpc, rpcIn } from "./rpc.ts";
import type { Target } from "./target.ts";

/** Milliseconds for which reports are collected: watchers see no difference, and a message for each request is expensive. */
const interval = 100;

/** Nobody reads more at once; the metrics count every request. */
const maxReports = 500;

/** Reports finished requests in batches while somebody watches. Under heavy load those beyond a number are left out. */
export class RequestLog {
  readonly #clock: Clock;
  readonly #publish: (reports: readonly RequestReport[]) => void;
  #watched = false;
  #reports: RequestReport[] = [];
  readonly #overheard = new WeakMap<ClientRequest, Rpc>();

  constructor(clock: Clock, publish: (reports: readonly RequestReport[]) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  watch(watched: boolean): void {
    this.#watched = watched;
  }

  /** Reads along what the target gets: the first piece of the body, once. */
  readonly overhear = (request: ClientRequest): void => {
    if (!this.#watched || this.#reports.length >= maxReports) return;
    const take = (data: Buffer) => {
      const rpc = rpcIn(data);
      if (rpc !== undefined) this.#overheard.set(request, rpc);
    };
    if ("body" in request) take(Buffer.from(request.body, "latin1"));
    else request.once("data", take);
  };

  /** `startedAt` is on the scale of `performance.now()`. */
  readonly add = (request: ClientRequest, status: number, startedAt: number, target: Target | undefined): void => {
    if (!this.#watched || this.#reports.length >= maxReports) return;
    if (this.#reports.length === 0) void this.#flushSoon();
    const host = request.headers.host ?? request.headers[":authority"];
    this.#reports.push({
      host: typeof host === "string" ? host : "",
      method: request.method ?? "",
      path: (request.url ?? "").replace(/\?.*$/s, ""),
      status,
      duration: performance.now() - startedAt,
      target: target === undefined ? undefined : { id: target.id, port: target.port },
      rpc: this.#overheard.get(request),
    });
  };

  async #flushSoon(): Promise<void> {
    await this.#clock.sleep(interval);
    this.#publish(this.#reports);
    this.#reports = [];
  }
}
