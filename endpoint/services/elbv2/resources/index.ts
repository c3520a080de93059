import type { Resources } from "#endpoint/core/service.ts";
import type { Elbv2Engine } from "../engine.ts";
import { listenerResource } from "./listener.ts";
import { listenerCertificateResource } from "./listener-certificate.ts";
import { listenerRuleResource } from "./listener-rule.ts";
import { loadBalancerResource } from "./load-balancer.ts";
import { targetGroupResource } from "./target-group.ts";

export function resourcesOf(engine: Elbv2Engine): Resources {
  return {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": loadBalancerResource(engine),
    "AWS::ElasticLoadBalancingV2::Listener": listenerResource(engine),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": listenerCertificateResource(engine),
    "AWS::ElasticLoadBalancingV2::ListenerRule": listenerRuleResource(engine),
    "AWS::ElasticLoadBalancingV2::TargetGroup": targetGroupResource(engine),
  };
}
