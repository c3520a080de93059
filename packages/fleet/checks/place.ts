import { defaultRegion, localAccount } from "../defaults.ts";
import type { FleetDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";
import { partitionOf } from "../region.ts";

/** Roles read secrets, and alarms reach topics, of the stage's own account and region alone. */
export function checkPlace(fleet: FleetDefinition, stage: string, field: string, arn: string): readonly Problem[] {
  const { region = fleet.region ?? defaultRegion, account, runsOn } = fleet.stages[stage] ?? {};
  const partition = partitionOf(region);
  const [, itsPartition, , itsRegion, itsAccount] = arn.split(":");
  const wanted = account ?? (runsOn === "loopback" ? localAccount : itsAccount);
  if (itsPartition === partition && itsRegion === region && itsAccount === wanted) return [];
  return [
    {
      field,
      value: arn,
      allowed: `one of stage ${stage}'s own account and region: arn:${partition}:…:${region}:${wanted}:…`,
      remedy: `Adopt one from there, or correct stages.${stage}.account or its region.`,
    },
  ];
}
