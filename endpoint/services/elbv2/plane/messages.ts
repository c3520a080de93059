import type { MetricDatum, NameTable, Target } from "#endpoint/core/ports.ts";
import type { TargetStatus } from "../balancer/health.ts";
import type { LocalPorts } from "../balancer/local-port.ts";
import type { Rpc } from "../balancer/rpc.ts";
import type { BalancerSpec, GroupSpec } from "../model.ts";

/** What the data plane is started with. */
export interface PlaneOptions {
  readonly ports: LocalPorts;
  /** The ports on loopback that listeners had before a restart, by the port on AWS. */
  readonly formerPorts: ReadonlyMap<number, number>;
}

/**
 * What the control plane asks of the data plane, begun in this order. Each is answered once it is done. All of them say
 * what should be, so that asking again changes nothing.
 */
export type Command =
  | { readonly kind: "set-names"; readonly names: NameTable }
  | { readonly kind: "set-group"; readonly group: GroupSpec }
  | { readonly kind: "remove-group"; readonly arn: string }
  | { readonly kind: "register"; readonly group: string; readonly target: Target }
  /** Done when the target is drained. */
  | { readonly kind: "deregister"; readonly group: string; readonly target: Target }
  /** Fails when a port is taken. */
  | { readonly kind: "serve"; readonly balancer: BalancerSpec }
  | { readonly kind: "stop-serving"; readonly arn: string }
  | { readonly kind: "watch-requests"; readonly watched: boolean }
  | { readonly kind: "publish-metrics" }
  | { readonly kind: "close" };

export interface Asked {
  readonly id: number;
  readonly command: Command;
}

export type Answer =
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure };

/** An error as plain data; `code` and `status` are those of an `AwsError`. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly aws: { readonly code: string; readonly status: number } | undefined;
}

/** What the data plane reports unasked. What a command changes is reported before its answer. */
export type PlaneEvent =
  | { readonly kind: "health"; readonly group: string; readonly target: Target; readonly status: TargetStatus }
  /** By the port on AWS, the one on loopback. */
  | { readonly kind: "ports"; readonly balancer: string; readonly ports: ReadonlyMap<number, number> }
  | { readonly kind: "metrics"; readonly data: readonly MetricDatum[] }
  | { readonly kind: "requests"; readonly reports: readonly RequestReport[] };

/** One finished request, for watchers of the traffic. The query string is left out: it may hold an OAuth code. */
export interface RequestReport {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly target: Target | undefined;
  /** Of a request whose body is one of JSON-RPC. */
  readonly rpc: Rpc | undefined;
}
