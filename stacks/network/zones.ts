import type { DeployPlan } from "../parts/plan.ts";

/**
 * Names of the zones of a network's subnets: those they are in, and for others the first that the account has. By name,
 * as CloudFormation asks for the zones anew at each update, and AWS may then answer with others.
 */
export function zoneNames({ network, standing, zones }: DeployPlan): readonly string[] {
  const deployed = [1, 2, 3].map((number) => standing.subnets[`PublicSubnet${number}`]?.zone);
  const free = zones.filter((name) => !deployed.includes(name));
  return deployed
    .map((name, index) => name ?? (index < network.zones ? free.shift() : undefined))
    .filter((name) => name !== undefined);
}
