import { paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import {
  alarmNames,
  type MeasuredThresholds,
  names,
  nothingStands,
  placedIn,
  planStage,
  type StagePlan,
  type Standing,
} from "#fleet";
import type { Stage } from "../stage.ts";

const Thresholds = v.pipe(v.string(), v.parseJson(), v.record(v.picklist(alarmNames), v.number()));

/** The plan that a deploy would make now: with the thresholds that were measured on the stage, and what stays in place. */
export async function readDeployPlan(
  { plan, aws, readMap }: Stage,
  standing: Standing = nothingStands,
): Promise<StagePlan> {
  const Path = names.thresholds(plan.stage, "").replace(/\/$/, "");
  const thresholds: Record<string, MeasuredThresholds[string]> = {};
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: aws.client(SSMClient) }, { Path })) {
    for (const { Name = "", Value } of Parameters) {
      thresholds[Name.slice(Path.length + 1)] = v.parse(Thresholds, Value);
    }
  }
  const port = new URL(plan.services[0]?.url ?? "https://localhost").port;
  const options = { thresholds, placed: placedIn(standing) };
  return planStage(await readMap(), plan.stage, { ...options, ...(port !== "" && { httpsPort: Number(port) }) });
}
