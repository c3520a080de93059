import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { causeOf, describeCause, readHealthFinding } from "#evidence/cause.ts";
import { readFailedTasks } from "#evidence/failed-task.ts";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "./fleet.ts";

/** Throws, with the cause, for a service that is not worth waiting for: its first rollout failed or was rolled back. */
export async function requireStarted({ cloud }: LocalFleet, plan: StagePlan, service: ServicePlan): Promise<void> {
  const ecs = new ECSClient(clientSettings(cloud));
  const command = new DescribeServicesCommand({
    cluster: names.cluster(plan.stage),
    services: [names.service(plan.stage, service.key)],
  });
  const described = await ecs.send(command).catch((error: unknown) => {
    if (error instanceof Error && error.name === "ClusterNotFoundException") return { services: [] };
    throw error;
  });
  const active = described.services?.find(({ status }) => status === "ACTIVE");
  const rollout = active?.deployments?.[0]?.rolloutState;
  if (rollout === "IN_PROGRESS" || rollout === "COMPLETED") return;
  const [task] =
    active === undefined && described.services?.length === 0 ? [] : await readFailedTasks(ecs, plan, service);
  if (task === undefined) throw new Error("It is not deployed: the deploy ended before it.");
  const cause = causeOf(task, await readHealthFinding(ecs, plan, service, task));
  throw new Error(`It did not start: ${describeCause(cause, service)}.`);
}
