import { nothingStands, type StagePlan, type Standing } from "#fleet";
import type { Ground } from "../../stacks/parts/plan.ts";

/** An account in which the stage stands so far, with three zones, and the VPC that the map adopts. */
export function groundOf({ region, network: { adopted } }: StagePlan, standing: Partial<Standing> = {}): Ground {
  const ids = (subnets: NonNullable<typeof adopted>["publicSubnets"]) => ("tag" in subnets ? [] : subnets);
  return {
    standing: { ...nothingStands, ...standing },
    zones: ["a", "b", "c"].map((letter) => `${region}${letter}`),
    adoptedNetwork: adopted && {
      vpcId: adopted.id,
      cidrs: ["10.9.0.0/16", "100.64.0.0/16"],
      publicSubnets: ids(adopted.publicSubnets),
      privateSubnets: ids(adopted.privateSubnets),
    },
  };
}
