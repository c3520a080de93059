import type { Clock, MetricSink, NameTable, Target } from "#endpoint/core/ports.ts";
import { statuses, type TargetStatus } from "../balancer/health.ts";
import type { LocalPorts } from "../balancer/local-port.ts";
import type { BalancerSpec, GroupSpec } from "../model.ts";
import type { Command, PlaneEvent, RequestReport } from "./messages.ts";
import { type HealthListener, Mirror } from "./mirror.ts";
import { PlaneThread } from "./thread.ts";

export interface PlanePorts {
  readonly clock: Clock;
  readonly metrics: MetricSink;
  readonly ports: LocalPorts;
  readonly log: (line: string) => void;
}

/**
 * The data plane as the control plane holds it: what it should do, kept so that it can be sent again, and what it does.
 * Requests are served in a thread of their own, so that neither side waits for the other's work.
 */
export class Plane {
  readonly #metrics: MetricSink;
  readonly #thread: PlaneThread;
  readonly #mirror = new Mirror();
  readonly #groups = new Map<string, GroupSpec>();
  readonly #balancers = new Map<string, BalancerSpec>();
  readonly #localPorts = new Map<string, ReadonlyMap<number, number>>();
  readonly #requestListeners = new Set<(report: RequestReport) => void>();
  #names: NameTable = new Map();

  constructor({ clock, metrics, ports, log }: PlanePorts) {
    this.#metrics = metrics;
    this.#thread = new PlaneThread({
      clock,
      log,
      options: () => ({ ports, formerPorts: new Map([...this.#localPorts.values()].flatMap((one) => [...one])) }),
      restore: () => this.#commands(),
      onEvent: (event) => this.#take(event),
    });
  }

  /** Where names lead from now on, for requests on open connections too. */
  setNames(names: NameTable): void {
    this.#names = names;
    void this.#sendIfUsed({ kind: "set-names", names });
  }

  /** Adds a group, or gives it other settings. */
  setGroup(group: GroupSpec): Promise<void> {
    this.#groups.set(group.arn, group);
    this.#mirror.add(group.arn);
    return this.#thread.send({ kind: "set-group", group });
  }

  removeGroup(arn: string): Promise<void> {
    this.#groups.delete(arn);
    this.#mirror.remove(arn);
    return this.#thread.send({ kind: "remove-group", arn });
  }

  targets(group: string): readonly Target[] {
    return this.#mirror.targets(group);
  }

  /** Undefined when there is no such group. */
  status(group: string, target: Target): TargetStatus | undefined {
    return this.#mirror.status(group, target);
  }

  /** Resolves when the data plane has the target, and more is known of it than that it registers. */
  register(group: string, target: Target): Promise<void> {
    const current = this.#mirror.status(group, target);
    if (current === statuses.notRegistered || current?.state === "draining") {
      this.#mirror.set(group, target, statuses.registering);
    }
    return this.#thread.send({ kind: "register", group, target });
  }

  /** Resolves when the target is drained: no request in flight on it, or the deregistration delay has passed. */
  async deregister(group: string, target: Target): Promise<void> {
    const current = this.#mirror.status(group, target);
    if (current === undefined || current === statuses.notRegistered) return;
    this.#mirror.set(group, target, statuses.draining);
    await this.#thread.send({ kind: "deregister", group, target });
    // A data plane that restarted meanwhile does not know it.
    if (this.#mirror.status(group, target)?.state === "draining") {
      this.#mirror.set(group, target, statuses.notRegistered);
    }
  }

  /** Makes a balancer serve as specified, opening and closing ports; rejects when a port is taken. */
  serve(balancer: BalancerSpec): Promise<void> {
    this.#balancers.set(balancer.arn, balancer);
    return this.#thread.send({ kind: "serve", balancer });
  }

  stopServing(arn: string): Promise<void> {
    this.#balancers.delete(arn);
    this.#localPorts.delete(arn);
    return this.#thread.send({ kind: "stop-serving", arn });
  }

  /** Where the listener on `port` is found on loopback. */
  localPort(balancerArn: string, port: number): number | undefined {
    return this.#localPorts.get(balancerArn)?.get(port);
  }

  onHealthChange(listener: HealthListener): () => void {
    return this.#mirror.onChange(listener);
  }

  onRequest(listener: (report: RequestReport) => void): () => void {
    this.#requestListeners.add(listener);
    this.#watchRequests();
    return () => {
      this.#requestListeners.delete(listener);
      this.#watchRequests();
    };
  }

  /** Resolves when what was counted until now has reached the sink. */
  publishMetrics(): Promise<void> {
    return this.#sendIfUsed({ kind: "publish-metrics" });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #watchRequests(): void {
    void this.#sendIfUsed({ kind: "watch-requests", watched: this.#requestListeners.size > 0 });
  }

  /** A cloud without load balancing needs no thread for it. */
  #sendIfUsed(command: Command): Promise<void> {
    return this.#groups.size + this.#balancers.size === 0 ? Promise.resolve() : this.#thread.send(command);
  }

  /** Groups come before the balancers that forward to them, and these before targets, so that targets are checked. */
  #commands(): readonly Command[] {
    const groups = [...this.#groups.values()];
    return [
      { kind: "set-names", names: this.#names },
      { kind: "watch-requests", watched: this.#requestListeners.size > 0 },
      ...groups.map((group): Command => ({ kind: "set-group", group })),
      ...[...this.#balancers.values()].map((balancer): Command => ({ kind: "serve", balancer })),
      ...groups.flatMap(({ arn }) =>
        this.targets(arn)
          .filter((target) => this.status(arn, target)?.state !== "draining")
          .map((target): Command => ({ kind: "register", group: arn, target })),
      ),
    ];
  }

  #take(event: PlaneEvent): void {
    switch (event.kind) {
      case "health":
        this.#mirror.set(event.group, event.target, event.status);
        return;
      case "ports":
        if (this.#balancers.has(event.balancer)) this.#localPorts.set(event.balancer, event.ports);
        return;
      case "metrics":
        for (const datum of event.data) this.#metrics.put(datum);
        return;
      case "requests":
        for (const report of event.reports) for (const listener of this.#requestListeners) listener(report);
    }
  }
}
