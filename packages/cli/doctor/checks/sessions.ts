import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { eachOf } from "#aws/batches.ts";
import { names, type ServicePlan } from "#fleet";
import { howToDeploy, type Place } from "#fleet/deploying.ts";
import type { Stage } from "../../stage.ts";
import type { ServiceFacts, TaskFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";

/**
 * An image without the Valkey driver falls back to memory with a line in its log, and stays healthy: every login then
 * ends with its task. TLS is off unless the variable turns it on.
 */
export const sessions: Check = {
  id: "sessions",
  ok: "Services with sessions keep them in Redis, over TLS.",
  async look({ stage, services, deployedOf }) {
    const running = (await services).filter(({ plan, tasks }) => plan.sessions && tasks.length > 0);
    const findings = await eachOf(running, async (facts) => [
      ...judgeTls(facts.plan.key, (await deployedOf(facts)).container, stage.plan),
      ...(await lookAtLog(stage, facts)),
    ]);
    return findings.flat();
  },
};

const tlsVariables = ["WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS", "REDIS_USE_TLS"] as const;

export function judgeTls(
  service: string,
  container: Pick<ContainerDefinition, "environment"> | undefined,
  plan: Place,
): readonly Finding[] {
  const off = tlsVariables.filter(
    (variable) => container?.environment?.find(({ name }) => name === variable)?.value !== "true",
  );
  if (off.length === 0) return [];
  return [failure(`${service} talks to Redis in the clear: ${off.join(", ")} is not true.`, howToDeploy(plan))];
}

async function lookAtLog(stage: Stage, facts: ServiceFacts): Promise<readonly Finding[]> {
  const { plan: service } = facts;
  const without: string[] = [];
  for (const { arn, createdAt } of startedTasks(facts)) {
    const id = arn.slice(arn.lastIndexOf("/") + 1);
    if (!(await saysValkey(stage, service, id, createdAt))) without.push(id.slice(0, 8));
  }
  if (without.length === 0) return [];
  return [
    failure(
      `${service.key}: task ${without.join(", ")} never logged "Using ValkeyStore": its sessions may be in memory.`,
      `fleet logs ${service.key} --since 1d --filter Store`,
    ),
  ];
}

/** A task of a rollout in progress may not have opened its sessions yet. */
function startedTasks({ service, tasks }: ServiceFacts): readonly TaskFacts[] {
  const complete = new Set(
    (service?.deployments ?? []).filter(({ state }) => state === "COMPLETED").map(({ id }) => id),
  );
  return tasks.filter(({ status, deployment = "" }) => status === "RUNNING" && complete.has(deployment));
}

async function saysValkey(
  { aws, plan }: Stage,
  { key }: ServicePlan,
  task: string,
  startTime: number,
): Promise<boolean> {
  const input = {
    logGroupName: names.logGroup(plan.stage, key),
    logStreamNames: [`ecs/${key}/${task}`],
    filterPattern: '"Using ValkeyStore"',
    startTime,
  };
  // A page may be empty without being the last: CloudWatch returns what it has searched so far.
  for await (const { events = [] } of paginateFilterLogEvents({ client: aws.client(CloudWatchLogsClient) }, input)) {
    if (events.length > 0) return true;
  }
  return false;
}
