import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { StackContext } from "../sst.ts";
import { SecurityGroups } from "./security-groups.ts";
import { Vpc } from "./vpc.ts";

export function Network({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const vpc = new Vpc(stack, "Network", plan);
  accept(vpc, {
    "AwsSolutions-VPC7":
      "Flow logs cost more than this traffic is worth: the balancer's metrics, the containers' logs and the audit trail say who called what.",
  });
  const securityGroups = new SecurityGroups(stack, "SecurityGroups", vpc.id, plan);
  accept(securityGroups, {
    "AwsSolutions-EC23": "ALB-1: the balancer serves the internet, on 443 and, for the redirect, on 80.",
  });
  return {
    vpcId: vpc.id,
    publicSubnets: vpc.publicSubnets,
    privateSubnets: vpc.privateSubnets,
    balancerSecurityGroup: securityGroups.balancer,
    tasksSecurityGroup: securityGroups.tasks,
  };
}
