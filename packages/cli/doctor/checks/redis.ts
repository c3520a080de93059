import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { names } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { orMissing } from "../../aws.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

/** FIX-4 */
export const redis: Check = {
  id: "redis",
  ok: "Redis is available, and fails over if it has several nodes.",
  async look({ stage: { plan, aws } }) {
    if (!plan.services.some(({ sessions }) => sessions)) return [];
    const ReplicationGroupId = names.redis(plan.stage);
    const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    const answer = await orMissing(aws.client(ElastiCacheClient).send(command), "ReplicationGroupNotFoundFault");
    const group = answer?.ReplicationGroups?.[0];
    const deploy = howToDeploy(plan);
    if (group === undefined) return [failure(`There is no Redis ${ReplicationGroupId}.`, deploy)];
    const findings: Finding[] = [];
    if (group.Status !== "available")
      findings.push(
        failure(`Redis ${ReplicationGroupId} is ${group.Status}.`, "Wait, or check its events in ElastiCache."),
      );
    if (group.TransitEncryptionEnabled !== true)
      findings.push(failure(`Redis ${ReplicationGroupId} has no encryption in transit.`, deploy));
    const nodes = group.MemberClusters?.length ?? 0;
    if (nodes < plan.redis.nodes)
      findings.push(failure(`Redis ${ReplicationGroupId} has ${nodes} nodes of ${plan.redis.nodes}.`, deploy));
    else if (plan.redis.nodes >= 2 && group.AutomaticFailover !== "enabled")
      findings.push(failure(`Redis ${ReplicationGroupId} does not fail over (${group.AutomaticFailover}).`, deploy));
    if (plan.durable && plan.redis.nodes < 2)
      findings.push(
        warning(
          `Redis of ${plan.stage} is a single node: if it is lost, everybody has to log in again.`,
          `Set stages.${plan.stage}.redis.nodes to 2 in fleet.config.ts, then deploy.`,
        ),
      );
    return findings;
  },
};
