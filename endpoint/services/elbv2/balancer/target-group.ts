import type { Clock } from "#endpoint/core/ports.ts";
import type { GroupSettings } from "../model.ts";
import { statuses, type TargetStatus } from "./health.ts";
import { HealthWatch } from "./health-watch.ts";
import type { Address } from "./probe.ts";
import { Target } from "./target.ts";

export type HealthListener = (target: Address, status: TargetStatus) => void;

/** The targets of one group: who is registered, who is healthy, who is next. */
export class TargetGroup {
  /** `targetgroup/<name>/<id>`, the group's dimension in CloudWatch. */
  readonly fullName: string;
  readonly #clock: Clock;
  readonly #onChange: HealthListener;
  readonly #targets = new Map<string, Target>();
  readonly #draining = new Map<Target, { readonly done: Promise<void>; readonly cancel: AbortController }>();
  #settings: GroupSettings;
  #inUse = false;
  #eligible: readonly Target[] = [];
  #turn = 0;

  constructor(fullName: string, settings: GroupSettings, clock: Clock, onChange: HealthListener) {
    this.fullName = fullName;
    this.#settings = settings;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get settings(): GroupSettings {
    return this.#settings;
  }

  configure(settings: GroupSettings): void {
    this.#settings = settings;
    for (const target of this.#targets.values()) target.watch?.recheck("settings");
  }

  /** A group that no rule forwards to is not checked: its targets are `unused`. */
  setInUse(inUse: boolean): void {
    if (inUse === this.#inUse) return;
    this.#inUse = inUse;
    for (const target of this.#targets.values()) this.#enter(target);
  }

  /** A target that is registered stays as it is; one that is draining starts over. */
  register({ id, port }: Address): void {
    const key = keyOf(id, port);
    const current = this.#targets.get(key);
    if (current !== undefined && current.status.state !== "draining") return;
    const target = new Target(id, port, this.#settings.protocol);
    this.#targets.set(key, target);
    this.#enter(target);
  }

  /**
   * Gives the target no new requests; resolves when those in flight are done or the deregistration delay is over.
   * `DescribeTargetHealth` on AWS shows `draining` until the delay is over even then; here the target is gone at once.
   */
  deregister({ id, port }: Address): Promise<void> {
    const target = this.#targets.get(keyOf(id, port));
    if (target === undefined) return Promise.resolve();
    const under = this.#draining.get(target);
    if (under !== undefined) return under.done;
    target.watch?.stop();
    this.#move(target, statuses.draining);
    const cancel = new AbortController();
    const done = this.#drain(target, cancel.signal);
    this.#draining.set(target, { done, cancel });
    return done;
  }

  status({ id, port }: Address): TargetStatus {
    return this.#targets.get(keyOf(id, port))?.status ?? statuses.notRegistered;
  }

  targets(): readonly Target[] {
    return [...this.#targets.values()];
  }

  /**
   * The target of the next request. With no healthy target all of them get requests ("fail open"), with none at all
   * there is nothing to pick.
   */
  pick(): Target | undefined {
    const candidates = this.#eligible;
    if (candidates.length < 2) return candidates[0];
    switch (this.#settings.algorithm) {
      case "round_robin":
        this.#turn = (this.#turn + 1) % candidates.length;
        return candidates[this.#turn];
      case "least_outstanding_requests":
        return candidates.reduce((least, target) => (target.inFlight < least.inFlight ? target : least));
      case "weighted_random":
        return candidates[Math.floor(Math.random() * candidates.length)];
    }
  }

  /** The target of a returning client, while it may get requests. */
  eligible(isChosen: (target: Target) => boolean): Target | undefined {
    return this.#eligible.find(isChosen);
  }

  close(): void {
    const all = [...new Set([...this.#targets.values(), ...this.#draining.keys()])];
    for (const { cancel } of this.#draining.values()) cancel.abort();
    this.#targets.clear();
    this.#eligible = [];
    for (const target of all) {
      target.watch?.stop();
      target.destroy();
    }
  }

  #enter(target: Target): void {
    if (target.status.state === "draining") return;
    target.watch?.stop();
    target.watch = undefined;
    if (!this.#inUse) {
      this.#move(target, statuses.notInUse);
      return;
    }
    this.#move(target, statuses.initial);
    const watch = new HealthWatch(
      target,
      () => this.#settings.healthCheck,
      this.#clock,
      (status) => this.#move(target, status),
    );
    target.watch = watch;
    void watch.run();
  }

  #move(target: Target, status: TargetStatus): void {
    const changed = target.status.state !== status.state;
    target.status = status;
    this.#eligible = eligibleOf([...this.#targets.values()]);
    if (changed) this.#onChange({ id: target.id, port: target.port }, status);
  }

  async #drain(target: Target, signal: AbortSignal): Promise<void> {
    await Promise.race([target.idle(), this.#clock.sleep(this.#settings.deregistrationDelay, signal)]);
    this.#draining.delete(target);
    const key = keyOf(target.id, target.port);
    if (this.#targets.get(key) === target) {
      this.#targets.delete(key);
      this.#move(target, statuses.notRegistered);
    }
    // Whatever is still in flight may finish: only the kept-alive connections are closed.
    target.retire();
  }
}

function eligibleOf(targets: readonly Target[]): readonly Target[] {
  const healthy = targets.filter((target) => target.status.state === "healthy");
  if (healthy.length > 0) return healthy;
  return targets.filter((target) => target.status.state === "initial" || target.status.state === "unhealthy");
}

function keyOf(id: string, port: number): string {
  return `${id}:${port}`;
}
