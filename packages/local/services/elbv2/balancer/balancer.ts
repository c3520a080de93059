import type { BalancerSettings, ListenerSpec } from "../model.ts";
import type { Entry } from "./client.ts";
import { Listener, type ListenerState } from "./listener.ts";
import type { LocalPorts } from "./local-port.ts";
import type { BalancerMeter, GroupMeter } from "./measurements.ts";
import { compileRoute } from "./route.ts";
import { compileRouter } from "./router.ts";
import type { CertificateReader } from "./server.ts";
import type { TargetGroup } from "./target-group.ts";

export interface Surroundings {
  /** Which of the balancers of this endpoint it is, from 0: it decides about the ports on loopback. */
  readonly index: number;
  readonly ports: LocalPorts;
  readonly certificates: CertificateReader;
  readonly meter: BalancerMeter;
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

  get index(): number {
    return this.#surroundings.index;
  }

  get meter(): BalancerMeter {
    return this.#surroundings.meter;
  }

  /**
   * Makes the open listeners those of `specs`. Requests in flight finish as they began; later ones obey the new rules.
   * A listener whose port, protocol, policy or certificates changed is opened anew.
   */
  async configure(settings: BalancerSettings, specs: readonly ListenerSpec[]): Promise<void> {
    for (const [arn, listener] of this.#listeners) {
      const spec = specs.find((one) => one.arn === arn);
      if (spec !== undefined && sameSocket(spec, listener.spec)) continue;
      this.#listeners.delete(arn);
      await listener.close();
    }
    for (const spec of specs) {
      const state = this.#stateOf(settings, spec);
      const open = this.#listeners.get(spec.arn);
      if (open === undefined) {
        const { index: balancer, ports, certificates } = this.#surroundings;
        this.#listeners.set(spec.arn, await Listener.open(spec, state, { balancer, ports, certificates }));
      } else {
        open.update(state);
      }
    }
  }

  /** The port on loopback of the listener on `port`. */
  localPortOf(port: number): number | undefined {
    for (const listener of this.#listeners.values()) if (listener.spec.port === port) return listener.port;
    return undefined;
  }

  async close(): Promise<void> {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  #stateOf(settings: BalancerSettings, spec: ListenerSpec): ListenerState {
    const { meter, report, groupOf } = this.#surroundings;
    const lookup = (arn: string): { group: TargetGroup; meter: GroupMeter } => {
      const group = groupOf(arn);
      return { group, meter: meter.group(group.fullName) };
    };
    return {
      entry: { settings, meter, report },
      router: compileRouter(spec.rules, compileRoute(spec.defaultAction, lookup), (rule) =>
        compileRoute(rule.action, lookup),
      ),
      localPortOf: (port) => this.localPortOf(port),
    };
  }
}

function sameSocket(one: ListenerSpec, other: ListenerSpec): boolean {
  const identity = ({ port, protocol, sslPolicy, certificateArns }: ListenerSpec) =>
    JSON.stringify([port, protocol, sslPolicy, certificateArns]);
  return identity(one) === identity(other);
}
