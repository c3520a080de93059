import type { StagePlan } from "#fleet";
import { type FoundNetwork, type FoundSubnet, findNetwork } from "../adopted-network.ts";
import type { Obstacle, Question } from "../question.ts";

/** A balancer takes eight free addresses in each of its subnets. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
const freeForBalancer = 8;

export const network: Question = {
  about: "whether the adopted VPC can hold the stage",
  async ask(site) {
    const { adopted } = site.plan.network;
    return adopted === undefined ? [] : judgeNetwork(site.plan, adopted, await findNetwork(site, adopted));
  },
};

type Adopted = NonNullable<StagePlan["network"]["adopted"]>;

export function judgeNetwork(plan: StagePlan, adopted: Adopted, found: FoundNetwork): readonly Obstacle[] {
  const field = `stages.${plan.stage}.adopt.vpc`;
  if (found.cidrs === undefined)
    return [
      {
        evidence: `${field}.id = ${adopted.id}: there is no such VPC in account ${plan.account} and ${plan.region}.`,
        remedy: "Copy its id from the console of the stage's account and region.",
      },
    ];
  const tasks = plan.services.reduce((sum, { desiredCount }) => sum + 2 * desiredCount, 0);
  return [
    ...judgeSubnets(`${field}.publicSubnets`, adopted.publicSubnets, found.publicSubnets, {
      route: /^igw-/,
      leadsTo: "an internet gateway",
      free: freeForBalancer * plan.shards,
    }),
    ...judgeSubnets(`${field}.privateSubnets`, adopted.privateSubnets, found.privateSubnets, {
      route: /^(?!igw-)./,
      leadsTo: "a NAT gateway or another way out",
      // While it rolls, a service has twice its tasks.
      free: Math.ceil(tasks / Math.max(1, found.privateSubnets.length)),
    }),
  ];
}

interface Wanted {
  readonly route: RegExp;
  readonly leadsTo: string;
  /** Addresses in each subnet. */
  readonly free: number;
}

function judgeSubnets(
  field: string,
  chosen: Adopted["publicSubnets"],
  found: readonly FoundSubnet[],
  { route, leadsTo, free }: Wanted,
): readonly Obstacle[] {
  const known = new Set(found.map(({ id }) => id));
  const missing = "tag" in chosen ? [] : chosen.filter((id) => !known.has(id));
  const zones = new Set(found.map(({ zone }) => zone));
  const one = (evidence: string, remedy: string) => [{ evidence: `${field}: ${evidence}`, remedy }];
  if (missing.length > 0)
    return one(`${missing.join(", ")} is not in that VPC.`, "Copy the ids from the VPC's subnets.");
  if (zones.size < 2) {
    const which = "tag" in chosen ? `subnets with ${chosen.tag} = ${chosen.value}` : "they";
    return one(`${which} are in ${zones.size} zones, and a balancer and Redis need two.`, "Name subnets in two zones.");
  }
  return found.flatMap(({ id, defaultRoute, freeAddresses }) => [
    ...(defaultRoute !== undefined && route.test(defaultRoute)
      ? []
      : one(
          `${id} has ${defaultRoute === undefined ? "no default route" : `a default route to ${defaultRoute}`}, and needs one to ${leadsTo}.`,
          "Add the route, or name another subnet.",
        )),
    ...(freeAddresses >= free
      ? []
      : one(`${id} has ${freeAddresses} free addresses, and the stage may need ${free}.`, "Name a larger subnet.")),
  ]);
}
