import { dependsOn, use } from "sst/constructs";
import { Balancer } from "./balancer.ts";
import { Cluster } from "./cluster.ts";
import { Dns } from "./dns.ts";
import { Network } from "./network.ts";
import { createOAuthRule } from "./oauth-rule.ts";
import { usePlan } from "./plan.ts";
import { Rotation } from "./rotation.ts";
import { Secrets } from "./secrets.ts";
import { FleetService, type FleetServiceProps } from "./service/fleet-service.ts";
import { Sessions } from "./sessions.ts";
import { perShard } from "./shard.ts";

/** Everything that one entry of the map yields, but its alarms, for the services of one balancer. */
export const Services = perShard("Services", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  // Tasks ask for a secret's keys by name: they are rewritten to those names before the first one starts.
  dependsOn(Rotation);
  const balancer = use(Balancer(shard));
  const { arns } = use(Secrets);
  const surroundings: Omit<FleetServiceProps, "service"> = {
    plan,
    balancer,
    network: use(Network),
    cluster: use(Cluster),
    hostedZoneId: use(Dns).hostedZoneId,
    secretArns: arns,
    redis: use(Sessions),
  };
  const services = plan.services
    .filter((service) => service.shard === shard)
    .map((service) => new FleetService(stack, service.key, { ...surroundings, service }));
  createOAuthRule(stack, plan, balancer.listenerArn, services);
  return { targetGroups: new Map(services.map(({ key, targetGroup }) => [key, targetGroup.attrTargetGroupFullName])) };
});
