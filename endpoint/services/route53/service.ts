import { AwsError } from "#endpoint/core/errors.ts";
import type { ProofRecords, PublicNames } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { Route53Ports } from "./engine.ts";
import { HostedZones } from "./hosted-zones.ts";
import { operationsOf } from "./operations.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources/index.ts";
import { routes } from "./routes.ts";

export interface Route53 {
  readonly service: AwsService;
  readonly names: PublicNames;
  readonly proofs: ProofRecords;
}

/** Route 53's hosted zones and record sets. */
export function createRoute53({ clock }: Route53Ports): Route53 {
  const zones = new HostedZones(clock);
  const engine = { zones };
  return {
    names: zones,
    proofs: zones,
    service: {
      signingName: "route53",
      protocol: { kind: "rest-xml", namespace: "https://route53.amazonaws.com/doc/2013-04-01/", routes },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(),
      malformed: ({ message }) => new AwsError("InvalidInput", message),
    },
  };
}
