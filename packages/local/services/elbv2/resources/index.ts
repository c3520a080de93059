import type { ResourceProvider } from "#local/endpoint/service.ts";
import type { ControlPlane } from "../control-plane.ts";
import { listenerResource } from "./listener.ts";
import { listenerCertificateResource } from "./listener-certificate.ts";
import { listenerRuleResource } from "./listener-rule.ts";
import { loadBalancerResource } from "./load-balancer.ts";
import { targetGroupResource } from "./target-group.ts";

/** The CloudFormation resource types of this service. */
export function loadBalancingResources(control: ControlPlane): Readonly<Record<string, ResourceProvider>> {
  return {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": loadBalancerResource(control),
    "AWS::ElasticLoadBalancingV2::Listener": listenerResource(control),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": listenerCertificateResource(control),
    "AWS::ElasticLoadBalancingV2::ListenerRule": listenerRuleResource(control),
    "AWS::ElasticLoadBalancingV2::TargetGroup": targetGroupResource(control),
  };
}
