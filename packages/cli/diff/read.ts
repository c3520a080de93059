import { ECSClient, paginateListServices } from "@aws-sdk/client-ecs";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { paginateListSecrets, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#aws/batches.ts";
import { names } from "#fleet";
import { readAlarms } from "../alarms/read.ts";
import { isAwsError, orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import { readDeployed } from "../status/deployed.ts";
import type { ServiceFacts } from "../status/facts.ts";
import { type Beside, findServices } from "../status/read.ts";
import type { Present } from "./changes.ts";
import { readRoutes } from "./routes.ts";

/** What is compared with the map: neither targets nor secrets have a part in it. */
const nothingBeside: Beside = { secrets: async () => new Map(), doubted: async () => new Set() };

/** What is deployed; empty for a stage that never was. */
export async function readPresent(stage: Stage): Promise<Present> {
  const [found, routes, serviceNames, secretNames, alarms, redis] = await Promise.all([
    findServices(stage, nothingBeside),
    readRoutes(stage),
    readServiceNames(stage),
    readSecretNames(stage),
    readAlarms(stage),
    readRedis(stage),
  ]);
  const absent = { service: undefined, tasks: [], targets: [], secrets: [], failure: undefined };
  const services = found ?? stage.plan.services.map((plan): ServiceFacts => ({ plan, ...absent }));
  return {
    deployed: found !== undefined,
    services: await eachOf(services, async (facts) => ({ facts, deployed: await readDeployed(stage, facts) })),
    routes,
    serviceNames,
    secretNames,
    alarms,
    redis,
  };
}

async function readServiceNames({ aws, plan }: Stage): Promise<readonly string[]> {
  const found: string[] = [];
  const input = { cluster: names.cluster(plan.stage) };
  try {
    for await (const page of paginateListServices({ client: aws.client(ECSClient) }, input)) {
      found.push(...(page.serviceArns ?? []).map((arn) => arn.slice(arn.lastIndexOf("/") + 1)));
    }
  } catch (error) {
    if (!isAwsError(error, "ClusterNotFoundException")) throw error;
  }
  return found;
}

async function readSecretNames({ aws, plan }: Stage): Promise<readonly string[]> {
  const found: string[] = [];
  const input = { Filters: [{ Key: "name" as const, Values: [names.secretPrefix(plan.stage)] }] };
  for await (const page of paginateListSecrets({ client: aws.client(SecretsManagerClient) }, input)) {
    found.push(...(page.SecretList ?? []).flatMap(({ Name }) => Name ?? []));
  }
  return found;
}

async function readRedis({ aws, plan }: Stage): Promise<Present["redis"]> {
  const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: names.redis(plan.stage) });
  const answer = await orMissing(aws.client(ElastiCacheClient).send(command), "ReplicationGroupNotFoundFault");
  const group = answer?.ReplicationGroups?.[0];
  if (group === undefined) return undefined;
  const { MemberClusters = [], CacheNodeType: nodeType, AutomaticFailover } = group;
  return { nodes: MemberClusters.length, nodeType, failsOver: AutomaticFailover === "enabled" };
}
