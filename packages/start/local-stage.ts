import { type FleetDefinition, FleetError, planStage, type StagePlan } from "#fleet";

/** The stage that `npm start` deploys. */
export const stage = "local";

/** @throws {FleetError} if the map has no such stage or puts it on AWS, before an endpoint is opened */
export function planLocal(map: FleetDefinition, httpsPort: number): StagePlan {
  const definition = map.stages[stage];
  if (definition?.runsOn === "loopback") return planStage(map, stage, { httpsPort });
  throw new FleetError([
    {
      field: `stages.${stage}`,
      value: definition,
      allowed: `the stage that npm start runs, which is ${stage} and stays on this machine`,
      remedy: `Write \`${stage}: { runsOn: "loopback" }\` under stages.`,
    },
  ]);
}
