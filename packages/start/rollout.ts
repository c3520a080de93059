import { DescribeServicesCommand, ECSClient, type Service } from "@aws-sdk/client-ecs";
import { names, type StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";

/** How long the fleet's own planner may take to roll the consumers of a changed secret. */
const withinMs = 60_000;

/**
 * Waits until each service runs on tasks of a deployment that began after `since` (milliseconds since the epoch) and
 * is complete, with no other left. Stops waiting for one that failed. Throws when that does not happen within a
 * minute.
 * @returns the keys of those that run
 */
export async function awaitRolled(
  { cloud }: LocalFleet,
  plan: StagePlan,
  serviceKeys: readonly string[],
  since: number,
): Promise<readonly string[]> {
  const running = plan.services.filter(({ key, desiredCount }) => serviceKeys.includes(key) && desiredCount > 0);
  if (running.length === 0) return [];
  const ecs = new ECSClient(clientSettings(cloud));
  const query = new DescribeServicesCommand({
    cluster: names.cluster(plan.stage),
    services: running.map(({ key }) => names.service(plan.stage, key)),
  });
  let started: readonly Service[] = [];
  await poll(async () => {
    const { services = [] } = await ecs.send(query);
    started = services.filter(
      ({ status, deployments: [primary] = [] }) => status === "ACTIVE" && primary?.rolloutState !== "FAILED",
    );
    const waiting = started.filter(({ deployments = [] }) => {
      const [primary, ...others] = deployments;
      const began = primary?.createdAt?.getTime() ?? 0;
      return began < since || primary?.rolloutState !== "COMPLETED" || others.length > 0;
    });
    if (waiting.length === 0) return undefined;
    return `${waiting.map(({ serviceName }) => serviceName).join(", ")} not rolled`;
  }, withinMs);
  const rolled = started.map(({ serviceName }) => serviceName);
  return running.flatMap(({ key }) => (rolled.includes(names.service(plan.stage, key)) ? key : []));
}
