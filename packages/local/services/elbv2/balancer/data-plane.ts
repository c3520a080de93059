import type { Clock, MetricSink } from "#local/endpoint/ports.ts";
import type { Action, BalancerSettings, GroupSettings, ListenerSpec } from "../model.ts";
import { Balancer } from "./balancer.ts";
import type { ClientRequest } from "./client.ts";
import type { TargetStatus } from "./health.ts";
import type { LocalPorts } from "./local-port.ts";
import { BalancerMeter, publishHostCounts } from "./measurements.ts";
import type { Address } from "./probe.ts";
import type { CertificateReader } from "./server.ts";
import type { Target } from "./target.ts";
import { TargetGroup } from "./target-group.ts";

/** One finished request, for who watches the traffic. The query string is left out: it may hold an OAuth code. */
export interface RequestReport {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly target: Address | undefined;
}

export interface DataPlanePorts {
  readonly clock: Clock;
  readonly metrics: MetricSink;
  readonly certificates: CertificateReader;
  readonly ports: LocalPorts;
}

export interface BalancerSpec {
  readonly arn: string;
  readonly fullName: string;
  readonly settings: BalancerSettings;
  readonly listeners: readonly ListenerSpec[];
}

type HealthListener = (groupArn: string, target: Address, status: TargetStatus) => void;

/** Milliseconds between two reports to CloudWatch. AWS reports each minute; an alarm here need not wait for that. */
const reportInterval = 1000;

/** All balancers and target groups that serve on this machine. */
export class DataPlane {
  readonly #ports: DataPlanePorts;
  readonly #groups = new Map<string, TargetGroup>();
  readonly #balancers = new Map<string, { readonly balancer: Balancer; groups: ReadonlySet<string> }>();
  readonly #healthListeners = new Set<HealthListener>();
  readonly #requestListeners = new Set<(report: RequestReport) => void>();
  readonly #closed = new AbortController();

  constructor(ports: DataPlanePorts) {
    this.#ports = ports;
    void this.#reportRegularly();
  }

  group(arn: string): TargetGroup | undefined {
    return this.#groups.get(arn);
  }

  addGroup(arn: string, fullName: string, settings: GroupSettings): void {
    const group = new TargetGroup(fullName, settings, this.#ports.clock, (target, status) => {
      this.publishMetrics();
      for (const listener of this.#healthListeners) listener(arn, target, status);
    });
    this.#groups.set(arn, group);
  }

  async removeGroup(arn: string): Promise<void> {
    const group = this.#groups.get(arn);
    this.#groups.delete(arn);
    await group?.close();
  }

  /** Makes a balancer serve as told, opening and closing ports; throws when a port is taken. */
  async serve(spec: BalancerSpec): Promise<void> {
    const known = this.#balancers.get(spec.arn) ?? { balancer: this.#newBalancer(spec.fullName), groups: new Set() };
    this.#balancers.set(spec.arn, known);
    known.groups = forwardedTo(spec.listeners);
    await known.balancer.configure(spec.settings, spec.listeners);
    this.#markUse();
  }

  async stopServing(arn: string): Promise<void> {
    const known = this.#balancers.get(arn);
    this.#balancers.delete(arn);
    this.#markUse();
    await known?.balancer.close();
  }

  /** Where the listener on `port` is found on loopback. */
  localPort(balancerArn: string, port: number): number | undefined {
    return this.#balancers.get(balancerArn)?.balancer.localPortOf(port);
  }

  /** The balancers that forward to a group. */
  balancersOf(groupArn: string): readonly string[] {
    return [...this.#balancers].filter(([, { groups }]) => groups.has(groupArn)).map(([arn]) => arn);
  }

  onHealthChange(listener: HealthListener): () => void {
    this.#healthListeners.add(listener);
    return () => this.#healthListeners.delete(listener);
  }

  onRequest(listener: (report: RequestReport) => void): () => void {
    this.#requestListeners.add(listener);
    return () => this.#requestListeners.delete(listener);
  }

  /** Hands over what was counted since the last time. */
  publishMetrics(): void {
    const at = this.#ports.clock.now();
    for (const { balancer, groups } of this.#balancers.values()) {
      balancer.meter.publish(this.#ports.metrics, at);
      for (const arn of groups) {
        const group = this.#groups.get(arn);
        if (group === undefined) continue;
        const states = group.targets().map((target) => target.status.state);
        publishHostCounts(this.#ports.metrics, balancer.meter.group(group.fullName).dimensions, states, at);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all([...this.#balancers.values()].map(({ balancer }) => balancer.close()));
    await Promise.all([...this.#groups.values()].map((group) => group.close()));
  }

  #newBalancer(fullName: string): Balancer {
    const taken = new Set([...this.#balancers.values()].map(({ balancer }) => balancer.index));
    let index = 0;
    while (taken.has(index)) index += 1;
    return new Balancer({
      index,
      ports: this.#ports.ports,
      certificates: this.#ports.certificates,
      meter: new BalancerMeter(fullName),
      report: this.#report,
      groupOf: (arn) => {
        const group = this.#groups.get(arn);
        if (group === undefined) throw new Error(`no target group ${arn}`);
        return group;
      },
    });
  }

  /** A group's targets are checked while some balancer forwards to it. */
  #markUse(): void {
    for (const [arn, group] of this.#groups) group.setInUse(this.balancersOf(arn).length > 0);
  }

  async #reportRegularly(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#ports.clock.sleep(reportInterval, signal);
      if (!signal.aborted) this.publishMetrics();
    }
  }

  readonly #report = (request: ClientRequest, status: number, startedAt: number, target: Target | undefined): void => {
    if (this.#requestListeners.size === 0) return;
    const host = request.headers.host ?? request.headers[":authority"];
    const report: RequestReport = {
      host: typeof host === "string" ? host : "",
      method: request.method ?? "",
      path: (request.url ?? "").replace(/\?.*$/s, ""),
      status,
      duration: performance.now() - startedAt,
      target: target === undefined ? undefined : { id: target.id, port: target.port },
    };
    for (const listener of this.#requestListeners) listener(report);
  };
}

function forwardedTo(listeners: readonly ListenerSpec[]): ReadonlySet<string> {
  const actions: Action[] = listeners.flatMap((listener) => [
    listener.defaultAction,
    ...listener.rules.map((rule) => rule.action),
  ]);
  return new Set(actions.flatMap((action) => (action.type === "forward" ? action.groups.map(({ arn }) => arn) : [])));
}
