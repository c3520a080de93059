import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as route53 from "aws-cdk-lib/aws-route53";
import { Fn } from "aws-cdk-lib/core";
import type { StagePlan } from "#fleet";
import { keepWhileProtected } from "../parts/durability.ts";
import { usePlan } from "../parts/plan.ts";
import { createRegistry } from "../registry/registry.ts";
import type { Stack, StackContext } from "../sst.ts";
import { clearValidationOnRemoval } from "./validation-records.ts";

export function Dns({ app, stack }: StackContext) {
  const plan = usePlan(app);
  createRegistry(stack, plan);
  if (plan.hostedZone.kind === "adopt") {
    const { id } = plan.hostedZone;
    return { hostedZoneId: id, certificateArn: createCertificate(stack, plan, id).ref };
  }
  const zone = createZone(stack, plan);
  const certificate = createCertificate(stack, plan, zone.attrId);
  certificate.node.addDependency(clearValidationOnRemoval(stack, plan, zone));
  return { hostedZoneId: zone.attrId, certificateArn: certificate.ref };
}

function createZone(stack: Stack, plan: StagePlan): route53.CfnHostedZone {
  const zone = new route53.CfnHostedZone(stack, "Zone", { name: plan.domain });
  keepWhileProtected(zone, plan);
  stack.addOutputs({
    NameServers: {
      value: Fn.join(",", zone.attrNameServers),
      description: `Set these at the registrar of ${plan.domain}`,
    },
  });
  return zone;
}

/** One certificate for every service: a new service needs none. */
function createCertificate(stack: Stack, { serviceDomain }: StagePlan, hostedZoneId: string): acm.CfnCertificate {
  const wildcard = `*.${serviceDomain}`;
  return new acm.CfnCertificate(stack, "Certificate", {
    domainName: serviceDomain,
    subjectAlternativeNames: [wildcard],
    validationMethod: "DNS",
    domainValidationOptions: [serviceDomain, wildcard].map((domainName) => ({ domainName, hostedZoneId })),
  });
}
