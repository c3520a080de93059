import type { TargetRegistry } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { ControlPlane } from "./control-plane.ts";
import type { Elbv2Ports } from "./engine.ts";
import { operationsOf } from "./operations/index.ts";
import { createTargetRegistry } from "./operations/targets.ts";
import type { RequestReport } from "./plane/messages.ts";
import { Plane } from "./plane/plane.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources/index.ts";

export interface Elbv2 {
  readonly service: AwsService;
  readonly targets: TargetRegistry;
  /** The port on 127.0.0.1 of a balancer's listener, by the port it has on AWS; undefined when it has none there. */
  localPort(loadBalancerArn: string, port: number): number | undefined;
  /** The balancers that serve a certificate. */
  certificateUsers(certificateArn: string): readonly string[];
  /** Calls back for each finished request; returns the unsubscribe function. */
  onRequest(listener: (report: RequestReport) => void): () => void;
  /** Hands over at once the metrics that are otherwise reported each second; resolves when they have arrived. */
  publishMetrics(): Promise<void>;
  stop(): Promise<void>;
}

/** Elastic Load Balancing v2 with application load balancers that serve on loopback. */
export function createElbv2({ place, clock, metrics, certificates, names, buckets, ports, log }: Elbv2Ports): Elbv2 {
  const plane = new Plane({ clock, metrics, ports, log });
  names.follow((table) => plane.setNames(table));
  const control = new ControlPlane({ place, clock, certificates, buckets }, plane);
  const stop = () => plane.close();
  return {
    service: {
      signingName: "elasticloadbalancing",
      protocol: { kind: "query", namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/" },
      operations: operationsOf(control),
      quotas,
      resources: resourcesOf(control),
      stop,
    },
    targets: createTargetRegistry(control),
    localPort: (arn, port) => plane.localPort(arn, port),
    certificateUsers: (arn) => control.certificateUsers(arn),
    onRequest: (listener) => plane.onRequest(listener),
    publishMetrics: () => plane.publishMetrics(),
    stop,
  };
}
