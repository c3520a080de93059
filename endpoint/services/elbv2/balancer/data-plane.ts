import type { Target as Address, Clock, MetricDatum, MetricSink, NameTable } from "#endpoint/core/ports.ts";
import type { Action, BalancerSpec, GroupSpec, ListenerSpec } from "../model.ts";
import type { PlaneEvent, PlaneOptions } from "../plane/messages.ts";
import { Balancer } from "./balancer.ts";
import { Directory } from "./directory.ts";
import { Doors } from "./door.ts";
import { BalancerMeter, publishHostCounts } from "./measurements.ts";
import { RequestLog } from "./request-log.ts";
import { TargetGroup } from "./target-group.ts";

/** Milliseconds between two reports to CloudWatch. AWS reports each minute; an alarm here need not wait for that. */
const reportInterval = 1000;

/** All balancers and target groups that serve on this machine. */
export class DataPlane {
  readonly #clock: Clock;
  readonly #emit: (event: PlaneEvent) => void;
  readonly #directory = new Directory();
  readonly #doors: Doors;
  readonly #groups = new Map<string, TargetGroup>();
  readonly #balancers = new Map<string, { readonly balancer: Balancer; groups: ReadonlySet<string> }>();
  readonly #requests: RequestLog;
  readonly #closed = new AbortController();

  constructor(options: PlaneOptions, clock: Clock, emit: (event: PlaneEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
    this.#doors = new Doors(options, this.#directory);
    this.#requests = new RequestLog(clock, (reports) => emit({ kind: "requests", reports }));
    void this.#reportRegularly();
  }

  /** Where names lead from now on, for requests on open connections too. */
  setNames(names: NameTable): void {
    this.#directory.setNames(names);
  }

  setGroup({ arn, fullName, settings }: GroupSpec): void {
    const known = this.#groups.get(arn);
    if (known !== undefined) {
      known.configure(settings);
      return;
    }
    const group = new TargetGroup(fullName, settings, this.#clock, (target, status) => {
      this.publishMetrics();
      this.#emit({ kind: "health", group: arn, target, status });
    });
    this.#groups.set(arn, group);
  }

  removeGroup(arn: string): void {
    this.#groups.get(arn)?.close();
    this.#groups.delete(arn);
  }

  register(groupArn: string, target: Address): void {
    this.#groups.get(groupArn)?.register(target);
  }

  /** A group deleted in the meantime has nothing left to drain. */
  async deregister(groupArn: string, target: Address): Promise<void> {
    await this.#groups.get(groupArn)?.deregister(target);
  }

  /** Makes a balancer serve as specified, opening and closing ports; throws when a port is taken. */
  async serve(spec: BalancerSpec): Promise<void> {
    const known = this.#balancers.get(spec.arn) ?? { balancer: this.#newBalancer(spec), groups: new Set() };
    this.#balancers.set(spec.arn, known);
    this.#directory.add(spec.dnsName, spec.arn);
    known.groups = forwardedTo(spec.listeners);
    this.#markUse();
    try {
      await known.balancer.configure(spec.settings, spec.listeners);
    } finally {
      this.#emit({ kind: "ports", balancer: spec.arn, ports: known.balancer.localPorts() });
    }
  }

  stopServing(arn: string): void {
    const known = this.#balancers.get(arn);
    this.#balancers.delete(arn);
    this.#directory.remove(arn);
    this.#markUse();
    known?.balancer.close();
  }

  watchRequests(watched: boolean): void {
    this.#requests.watch(watched);
  }

  /** Hands over what was counted since the last time. */
  publishMetrics(): void {
    const at = this.#clock.now();
    const data: MetricDatum[] = [];
    const sink: MetricSink = { put: (datum) => data.push(datum) };
    for (const { balancer, groups } of this.#balancers.values()) {
      for (const arn of groups) {
        const group = this.#groups.get(arn);
        if (group === undefined) continue;
        const states = group.targets().map((target) => target.status.state);
        balancer.meter.group(group.fullName).share(states.filter((state) => state === "healthy").length);
        publishHostCounts(sink, balancer.meter.group(group.fullName).dimensions, states, at);
      }
      balancer.meter.publish(sink, at);
    }
    if (data.length > 0) this.#emit({ kind: "metrics", data });
  }

  close(): void {
    this.#closed.abort();
    for (const { balancer } of this.#balancers.values()) balancer.close();
    for (const group of this.#groups.values()) group.close();
  }

  #newBalancer({ arn: balancerArn, fullName }: BalancerSpec): Balancer {
    return new Balancer({
      arn: balancerArn,
      doors: this.#doors,
      meter: new BalancerMeter(fullName),
      overhear: this.#requests.overhear,
      report: this.#requests.add,
      groupOf: (arn) => {
        const group = this.#groups.get(arn);
        if (group === undefined) throw new Error(`no target group ${arn}`);
        return group;
      },
    });
  }

  /** A group's targets are checked while some balancer forwards to it. */
  #markUse(): void {
    const used = new Set([...this.#balancers.values()].flatMap(({ groups }) => [...groups]));
    for (const [arn, group] of this.#groups) group.setInUse(used.has(arn));
  }

  async #reportRegularly(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#clock.sleep(reportInterval, signal);
      if (!signal.aborted) this.publishMetrics();
    }
  }
}

function forwardedTo(listeners: readonly ListenerSpec[]): ReadonlySet<string> {
  const actions: Action[] = listeners.flatMap((listener) => [
    listener.defaultAction,
    ...listener.rules.map((rule) => rule.action),
  ]);
  return new Set(actions.flatMap((action) => (action.type === "forward" ? action.groups.map(({ arn }) => arn) : [])));
}
