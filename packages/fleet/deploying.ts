import type { StagePlan } from "./plan.ts";

/** What tells where a stage is deployed to. */
export type Place = Pick<StagePlan, "stage" | "runsOn">;

/** What brings the map to a stage. On this machine it is `npm start`, which has begun where anybody sees the stage. */
export function howToDeploy({ stage, runsOn }: Place): string {
  return runsOn === "loopback" ? "let npm start finish, or restart it" : `npx sst deploy --stage ${stage}`;
}
