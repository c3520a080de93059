import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { Stack } from "sst/constructs";
import type { StagePlan } from "#fleet";
import type { FleetService } from "./service/fleet-service.ts";

/**
 * The OAuth paths of every host go to one service. Its target group can serve one balancer only, so the others send
 * the client there. A balancer redirects with 301 or 302 and nothing else: 302, because the owner may move.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
 */
export function createOAuthRule(
  stack: Stack,
  plan: StagePlan,
  listenerArn: string,
  services: readonly FleetService[],
): void {
  const owner = services.find(({ key }) => key === plan.oauth.owner);
  new elbv2.CfnListenerRule(stack, "OAuthRule", {
    listenerArn,
    priority: plan.oauth.priority,
    conditions: [{ field: "path-pattern", pathPatternConfig: { values: [...plan.oauth.paths] } }],
    actions: [
      owner === undefined
        ? redirectToOwner(plan)
        : { type: "forward", targetGroupArn: owner.targetGroup.attrTargetGroupArn },
    ],
  });
}

function redirectToOwner({ oauth, services }: StagePlan): elbv2.CfnListenerRule.ActionProperty {
  const owner = services.find(({ key }) => key === oauth.owner);
  if (owner === undefined) throw new Error(`The OAuth owner ${oauth.owner} is not among the services of this stage.`);
  return {
    type: "redirect",
    redirectConfig: {
      statusCode: "HTTP_302",
      protocol: "#{protocol}",
      host: owner.hostname,
      port: "#{port}",
      path: "/#{path}",
      query: "#{query}",
    },
  };
}
