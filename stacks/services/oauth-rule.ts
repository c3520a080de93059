import * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { OAuthPlan, StagePlan } from "#fleet";
import type { Stack } from "../sst.ts";
import type { FleetService } from "./fleet-service.ts";

/**
 * The OAuth paths go to one service: all of them at its own host, before anything else, and those that no host needs for
 * itself at every host without a login (docs/adr/0016). Its target group can serve one balancer only, so the others send
 * the client there. A balancer redirects with 301 or 302 and nothing else: 302, because the owner may move.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
 */
export function createOAuthRules(
  stack: Stack,
  plan: StagePlan,
  listenerArn: string,
  services: readonly FleetService[],
): void {
  if (plan.oauth === undefined) return;
  const { owner: key, priority, paths, anyHost } = plan.oauth;
  const targetGroupArn = services.find((service) => service.key === key)?.targetGroup.attrTargetGroupArn;
  const hostname = hostnameOf(plan, plan.oauth);
  const under = (values: readonly string[]) => ({ field: "path-pattern", pathPatternConfig: { values: [...values] } });
  if (targetGroupArn !== undefined) {
    new elbv2.CfnListenerRule(stack, "OAuthRule", {
      listenerArn,
      priority,
      conditions: [{ field: "host-header", hostHeaderConfig: { values: [hostname] } }, under(paths)],
      actions: [{ type: "forward", targetGroupArn }],
    });
  }
  if (anyHost.paths.length === 0) return;
  new elbv2.CfnListenerRule(stack, "AnyHostOAuthRule", {
    listenerArn,
    priority: anyHost.priority,
    conditions: [under(anyHost.paths)],
    actions: [targetGroupArn === undefined ? redirectTo(hostname) : { type: "forward", targetGroupArn }],
  });
}

function hostnameOf({ services }: StagePlan, { owner }: OAuthPlan): string {
  const service = services.find(({ key }) => key === owner);
  if (service === undefined) throw new Error(`The OAuth owner ${owner} is not among the services of this stage.`);
  return service.hostname;
}

function redirectTo(host: string): elbv2.CfnListenerRule.ActionProperty {
  return {
    type: "redirect",
    redirectConfig: {
      statusCode: "HTTP_302",
      protocol: "#{protocol}",
      host,
      port: "#{port}",
      path: "/#{path}",
      query: "#{query}",
    },
  };
}
