import * as v from "valibot";
import type { Clock, MetricSink, Place, TargetRegistry } from "#local/endpoint/ports.ts";
import type { AwsService, Operation } from "#local/endpoint/service.ts";
import { DataPlane, type RequestReport } from "./balancer/data-plane.ts";
import type { LocalPorts } from "./balancer/local-port.ts";
import type { CertificateReader } from "./balancer/server.ts";
import { ControlPlane, limits } from "./control-plane.ts";
import { listenerCertificateOperations } from "./listener-certificates.ts";
import { listenerOperations } from "./listeners.ts";
import { loadBalancerOperations } from "./load-balancers.ts";
import { loadBalancingResources } from "./resources/index.ts";
import { ruleOperations } from "./rules.ts";
import { operation, paged, paging } from "./schema.ts";
import { tagOperations } from "./tags.ts";
import { targetGroupOperations } from "./target-groups.ts";
import { createTargetRegistry, targetOperations } from "./targets.ts";

export interface Elbv2Ports {
  readonly place: Place;
  readonly clock: Clock;
  readonly metrics: MetricSink;
  /** Where HTTPS listeners get their certificates: ACM. */
  readonly certificates: CertificateReader;
  /** Ports on loopback for the first balancer's 443 and 80; 0 lets the system choose. */
  readonly ports: LocalPorts;
}

export interface Elbv2 {
  readonly service: AwsService;
  readonly targets: TargetRegistry;
  /** The port on 127.0.0.1 of a balancer's listener, by the port it has on AWS; undefined when it has none there. */
  localPort(loadBalancerArn: string, port: number): number | undefined;
  /** The balancers that serve a certificate. */
  certificateUsers(certificateArn: string): readonly string[];
  /** Calls back for each finished request; returns the unsubscribe function. */
  onRequest(listener: (report: RequestReport) => void): () => void;
  /** Hands over at once the metrics that are otherwise reported each second. */
  publishMetrics(): void;
  stop(): Promise<void>;
}

/** Elastic Load Balancing v2 with application load balancers that serve on loopback. */
export function createElbv2({ place, clock, metrics, certificates, ports }: Elbv2Ports): Elbv2 {
  const plane = new DataPlane({ clock, metrics, certificates, ports });
  const control = new ControlPlane(place, clock, plane);
  const stop = () => plane.close();
  return {
    service: {
      signingName: "elasticloadbalancing",
      protocol: { kind: "query", namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/" },
      operations: {
        ...loadBalancerOperations(control),
        ...listenerOperations(control),
        ...listenerCertificateOperations(control),
        ...ruleOperations(control),
        ...targetGroupOperations(control),
        ...targetOperations(control),
        ...tagOperations(control),
        DescribeAccountLimits: describeAccountLimits,
      },
      resources: loadBalancingResources(control),
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

const describeAccountLimits: Operation = operation(v.object(paging), (input) => {
  const all = [
    ["application-load-balancers", limits.loadBalancers],
    ["target-groups", limits.targetGroups],
    ["target-groups-per-application-load-balancer", limits.targetGroupsPerLoadBalancer],
    ["targets-per-application-load-balancer", limits.targetsPerGroup],
    ["listeners-per-application-load-balancer", limits.listenersPerLoadBalancer],
    ["rules-per-application-load-balancer", limits.rulesPerLoadBalancer],
  ] as const;
  const { page, NextMarker } = paged(all, input);
  return { Limits: page.map(([Name, max]) => ({ Name, Max: String(max) })), NextMarker };
});
