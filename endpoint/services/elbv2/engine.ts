import type { BucketPolicies, Clock, MetricSink, Place, PublicNames } from "#endpoint/core/ports.ts";
import type { LocalPorts } from "./balancer/local-port.ts";
import type { CertificateReader, ControlPlane } from "./control-plane.ts";

export interface Elbv2Ports {
  readonly place: Place;
  readonly clock: Clock;
  readonly metrics: MetricSink;
  /** Where HTTPS listeners get their certificates: ACM. */
  readonly certificates: CertificateReader;
  /** Which balancer a host is for: Route 53. */
  readonly names: PublicNames;
  /** Where logs go: S3. Without it, any bucket will do. */
  readonly buckets?: BucketPolicies;
  /** Ports on loopback for 443 and 80 of all balancers; 0 lets the system choose. */
  readonly ports: LocalPorts;
  /** What an operator should know. */
  readonly log: (line: string) => void;
}

export type Elbv2Engine = ControlPlane;
