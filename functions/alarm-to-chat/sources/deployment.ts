import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Source } from "#chat/card/enrichment.ts";
import { durationOf } from "#chat/text/duration.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;
/** A deployment this close to the problem is the prime suspect. */
const suspectMs = 30 * 60_000;

export const lastDeployment: Source = async ({ service, incident }) => {
  if (service === undefined) return {};
  const { services } = await new ECSClient({}).send(
    new DescribeServicesCommand({ cluster: names.cluster(stage), services: [names.service(stage, service)] }),
  );
  const primary = services?.[0]?.deployments?.find(({ status }) => status === "PRIMARY");
  if (primary?.createdAt === undefined) return {};
  const before = incident.at - primary.createdAt.getTime();
  // One that began after the problem is no cause of it: somebody may be mending it.
  const age = before >= 0 ? `${durationOf(before)} before it` : `${durationOf(-before)} after it began`;
  const state = (primary.rolloutState ?? "").toLowerCase().replace("_", " ");
  const suspect = before >= 0 && before < suspectMs ? "⚠️ " : "";
  const tasks = `${primary.runningCount ?? 0} of ${primary.desiredCount ?? 0} tasks run`;
  return { facts: [{ name: "Last deployment", value: `${suspect}${age}, ${state}, ${tasks}` }] };
};
