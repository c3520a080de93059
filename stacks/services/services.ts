import { Dns } from "../dns/dns.ts";
import { Balancer } from "../network/balancer.ts";
import { Network } from "../network/network.ts";
import { usePlan } from "../parts/plan.ts";
import { perShard } from "../parts/shard.ts";
import { Rotation } from "../rotation/rotation.ts";
import { Secrets } from "../secrets/secrets.ts";
import { Sessions } from "../sessions/sessions.ts";
import { dependsOn, use } from "../sst.ts";
import { Cluster } from "./cluster.ts";
import { FleetService, type FleetServiceProps } from "./fleet-service.ts";
import { Logs } from "./logs.ts";
import { createOAuthRules } from "./oauth-rule.ts";

/** Everything that one entry of the map yields, except its alarms, for the services of one balancer. */
export const Services = perShard("Services", ({ app, stack }, shard) => {
  const plan = usePlan(app);
  // Tasks ask for a secret's keys by name: they are rewritten to those names before the first one starts.
  dependsOn(Rotation);
  // Referred to by name: an export would tie the two stacks together whenever an entry goes.
  dependsOn(Logs(shard));
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
  createOAuthRules(stack, plan, balancer.listenerArn, services);
  return { targetGroups: new Map(services.map(({ key, targetGroup }) => [key, targetGroup.attrTargetGroupFullName])) };
});
