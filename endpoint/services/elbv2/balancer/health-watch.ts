import type { Clock } from "#endpoint/core/ports.ts";
import type { HealthCheckSettings } from "../model.ts";
import { afterProbe, type Health, type TargetStatus, unchecked } from "./health.ts";
import { type Address, probe } from "./probe.ts";

/**
 * Milliseconds between checks of a target whose first result is awaited, or that just refused a connection. AWS waits
 * the configured interval there too; on one machine that would make each start and each rollout half a minute slower.
 */
const quickInterval = 200;

/** Checks one target until stopped, and reports each change of its status. */
export class HealthWatch {
  readonly #target: Address;
  readonly #settings: () => HealthCheckSettings;
  readonly #clock: Clock;
  readonly #report: (status: TargetStatus) => void;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #health: Health = unchecked;
  #suspected = false;
  #lastFailureAt = Number.NEGATIVE_INFINITY;

  constructor(
    target: Address,
    settings: () => HealthCheckSettings,
    clock: Clock,
    report: (status: TargetStatus) => void,
  ) {
    this.#target = target;
    this.#settings = settings;
    this.#clock = clock;
    this.#report = report;
  }

  async run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const settings = this.#settings();
      const result = await probe(this.#target, settings, this.#clock, signal);
      if (signal.aborted) return;
      this.#take(afterProbe(this.#health, result, settings), settings);
      await this.#pause(settings);
    }
  }

  /** A connection to the target was refused, or the settings changed: checks now instead of at the next interval. */
  recheck(why: "refused" | "settings"): void {
    if (why === "refused") this.#suspected = true;
    this.#wake.abort();
  }

  stop(): void {
    this.#stopped.abort();
  }

  #take(next: Health, settings: HealthCheckSettings): void {
    if (next.failures === 0) {
      this.#suspected = false;
    } else if (this.#health.status.state === "initial") {
      // Quick checks of a starting target are extra: only one failure per interval counts, so it has as long to come
      // up as it has on AWS.
      const now = this.#clock.now();
      if (now - this.#lastFailureAt < settings.interval) return;
      this.#lastFailureAt = now;
    }
    const before = this.#health.status;
    this.#health = next;
    if (next.status.state === "unhealthy") this.#suspected = false;
    if (next.status !== before) this.#report(next.status);
  }

  async #pause(settings: HealthCheckSettings): Promise<void> {
    const quick = this.#suspected || this.#health.status.state === "initial";
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#wake.signal, this.#stopped.signal]);
    await this.#clock.sleep(quick ? quickInterval : settings.interval, signal);
  }
}
