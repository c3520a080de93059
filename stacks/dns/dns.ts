import { Fn } from "aws-cdk-lib";
import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as route53 from "aws-cdk-lib/aws-route53";
import type { StagePlan } from "#fleet";
import { keepWhileProtected } from "../parts/durability.ts";
import { usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";

export function Dns({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const hostedZoneId = plan.hostedZone.kind === "adopt" ? plan.hostedZone.id : createZone(stack, plan);
  return { hostedZoneId, certificateArn: createCertificate(stack, plan, hostedZoneId) };
}

function createZone(stack: Stack, plan: StagePlan): string {
  const zone = new route53.CfnHostedZone(stack, "Zone", { name: plan.domain });
  keepWhileProtected(zone, plan);
  stack.addOutputs({
    NameServers: {
      value: Fn.join(",", zone.attrNameServers),
      description: `Set these at the registrar of ${plan.domain}`,
    },
  });
  return zone.attrId;
}

/** One certificate for every service: a new service needs none. */
function createCertificate(stack: Stack, { serviceDomain }: StagePlan, hostedZoneId: string): string {
  const wildcard = `*.${serviceDomain}`;
  const certificate = new acm.CfnCertificate(stack, "Certificate", {
    domainName: serviceDomain,
    subjectAlternativeNames: [wildcard],
    validationMethod: "DNS",
    domainValidationOptions: [serviceDomain, wildcard].map((domainName) => ({ domainName, hostedZoneId })),
  });
  return certificate.ref;
}
