import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";
import type { FleetService } from "./fleet-service.ts";

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
  if (plan.oauth === undefined) return;
  const { owner: key, priority, paths } = plan.oauth;
  const owner = services.find((service) => service.key === key);
  new elbv2.CfnListenerRule(stack, "OAuthRule", {
    listenerArn,
    priority,
    conditions: [{ field: "path-pattern", pathPatternConfig: { values: [...paths] } }],
    actions: [
      owner === undefined
        ? redirectTo(key, plan)
        : { type: "forward", targetGroupArn: owner.targetGroup.attrTargetGroupArn },
    ],
  });
}

function redirectTo(key: string, { services }: StagePlan): elbv2.CfnListenerRule.ActionProperty {
  const owner = services.find((service) => service.key === key);
  if (owner === undefined) throw new Error(`The OAuth owner ${key} is not among the services of this stage.`);
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
