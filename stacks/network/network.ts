import { accept } from "../parts/nag.ts";
import { type DeployPlan, usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";
import { createEndpoints } from "./endpoints.ts";
import { SecurityGroups } from "./security-groups.ts";
import { Vpc } from "./vpc.ts";

/** Where balancers, tasks and Redis are. */
interface Place {
  readonly vpcId: string;
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  /** Those of zones, too, that the plan no longer has. */
  readonly everyPrivateSubnet: readonly string[];
}

export function Network({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { adoptedNetwork: adopted } = plan;
  const place: Place =
    adopted === undefined ? createVpc(stack, plan) : { ...adopted, everyPrivateSubnet: adopted.privateSubnets };
  const cidrs = adopted?.cidrs ?? [plan.network.cidr];
  const securityGroups = new SecurityGroups(stack, "SecurityGroups", place.vpcId, cidrs);
  accept(securityGroups, {
    "AwsSolutions-EC23": "ALB-1: the balancer serves the internet, on 443 and, for the redirect, on 80.",
  });
  const { balancer: balancerSecurityGroup, tasks: tasksSecurityGroup } = securityGroups;
  // Of what exists, nothing is changed, its route tables neither.
  if (place instanceof Vpc) createEndpoints(stack, plan, place, tasksSecurityGroup);
  const { vpcId, publicSubnets, privateSubnets, everyPrivateSubnet } = place;
  return { vpcId, publicSubnets, privateSubnets, everyPrivateSubnet, balancerSecurityGroup, tasksSecurityGroup };
}

function createVpc(stack: Stack, plan: DeployPlan): Vpc {
  const vpc = new Vpc(stack, "Network", plan);
  accept(vpc, {
    "AwsSolutions-VPC7":
      "Flow logs cost more than this traffic is worth: the balancer's metrics, the containers' logs and the audit trail say who called what.",
  });
  return vpc;
}
