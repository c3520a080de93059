import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Source } from "#chat/card/enrichment.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;

/** "1 of 2 healthy; unhealthy: Target.FailedHealthChecks". */
export const targetHealth: Source = async ({ service }) => {
  if (service === undefined) return {};
  const client = new ElasticLoadBalancingV2Client({});
  const { TargetGroups } = await client.send(
    new DescribeTargetGroupsCommand({ Names: [names.targetGroup(stage, service)] }),
  );
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }),
  );
  const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy").length;
  const others = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== "healthy").map(
    ({ TargetHealth }) =>
      `${TargetHealth?.State ?? "unknown"}${TargetHealth?.Reason ? ` (${TargetHealth.Reason})` : ""}`,
  );
  const rest = others.length > 0 ? `; ${[...new Set(others)].join(", ")}` : "";
  return { facts: [{ name: "Targets", value: `${healthy} of ${TargetHealthDescriptions.length} healthy${rest}` }] };
};
