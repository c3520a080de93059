import { paginateGetParametersByPath, SSMClient } from "@aws-sdk/client-ssm";
import * as v from "valibot";
import { alarmNames, type MeasuredThresholds, names, type StagePlan } from "#fleet";

const Thresholds = v.pipe(v.string(), v.parseJson(), v.record(v.picklist(alarmNames), v.number()));

/** The thresholds that were measured on this stage, for `planStage`; see docs/adr/0008-measured-thresholds.md. */
export async function readThresholds(
  { stage, region }: StagePlan,
  { profile }: { readonly profile: string | undefined },
): Promise<MeasuredThresholds> {
  const client = new SSMClient({ region, ...(profile !== undefined && { profile }) });
  const found: Record<string, MeasuredThresholds[string]> = {};
  const Path = names.thresholds(stage, "").replace(/\/$/, "");
  try {
    for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path })) {
      for (const { Name = "", Value } of Parameters) {
        found[Name.slice(Path.length + 1)] = v.parse(Thresholds, Value);
      }
    }
    return found;
  } finally {
    client.destroy();
  }
}
