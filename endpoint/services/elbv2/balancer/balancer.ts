import type { BalancerSettings, ListenerSpec } from "../model.ts";
import type { Entry } from "./client.ts";
import type { Doors } from "./door.ts";
import { Listener, type ListenerState } from "./listener.ts";
import type { BalancerMeter, GroupMeter } from "./measurements.ts";
import { compileRoute } from "./route.ts";
import { compileRouter } from "./router.ts";
import type { TargetGroup } from "./target-group.ts";

export interface Surroundings {
  readonly arn: string;
  readonly doors: Doors;
  readonly meter: BalancerMeter;
  readonly overhear: Entry["overhear"];
  readonly report: Entry["report"];
  groupOf(arn: string): TargetGroup;
}

/** A load balancer that serves: its open listeners, each with the rules it obeys. */
export class Balancer {
  readonly #surroundings: Surroundings;
  readonly #listeners = new Map<string, Listener>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get meter(): BalancerMeter {
    return this.#surroundings.meter;
  }

  /**
   * Makes the open listeners those of `specs`. Requests in flight finish as they began; later ones obey the new rules.
   * A listener whose port, protocol, policy or certificates changed is reopened; its door stays open meanwhile.
   */
  async configure(settings: BalancerSettings, specs: readonly ListenerSpec[]): Promise<void> {
    const { arn: balancer, doors } = this.#surroundings;
    for (const [arn, listener] of this.#listeners) {
      if (specs.some((spec) => spec.arn === arn)) continue;
      this.#listeners.delete(arn);
      listener.close();
    }
    for (const spec of specs) {
      const state = this.#stateOf(settings, spec);
      const open = this.#listeners.get(spec.arn);
      if (open !== undefined && sameSocket(spec, open.spec)) {
        open.update(state);
        continue;
      }
      this.#listeners.set(spec.arn, await Listener.open(spec, state, { balancer, doors }));
      open?.close();
    }
  }

  /** The port on loopback of the listener on `port`. */
  localPortOf(port: number): number | undefined {
    for (const listener of this.#listeners.values()) if (listener.spec.port === port) return listener.port;
    return undefined;
  }

  /** By the port on AWS, the one on loopback. */
  localPorts(): ReadonlyMap<number, number> {
    return new Map([...this.#listeners.values()].map(({ spec, port }) => [spec.port, port]));
  }

  close(): void {
    for (const listener of this.#listeners.values()) listener.close();
    this.#listeners.clear();
  }

  #stateOf(settings: BalancerSettings, spec: ListenerSpec): ListenerState {
    const { meter, overhear, report, groupOf } = this.#surroundings;
    const lookup = (arn: string): { group: TargetGroup; meter: GroupMeter } => {
      const group = groupOf(arn);
      return { group, meter: meter.group(group.fullName) };
    };
    return {
      entry: { settings, meter, overhear, report },
      router: compileRouter(spec.rules, compileRoute(spec.defaultAction, lookup), (rule) =>
        compileRoute(rule.action, lookup),
      ),
      localPortOf: (port) => this.localPortOf(port),
    };
  }
}

function sameSocket(one: ListenerSpec, other: ListenerSpec): boolean {
  const identity = ({ port, protocol, sslPolicy, certificates }: ListenerSpec) =>
    JSON.stringify([port, protocol, sslPolicy, certificates]);
  return identity(one) === identity(other);
}
