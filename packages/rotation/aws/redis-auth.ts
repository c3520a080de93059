import {
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import type { RedisAuth } from "../issuers/index.ts";

/** ElastiCache's AUTH behind its port. */
export function redisAuth(): RedisAuth {
  const client = new ElastiCacheClient({});
  return {
    async update(replicationGroup, token, strategy) {
      await client.send(
        new ModifyReplicationGroupCommand({
          ReplicationGroupId: replicationGroup,
          AuthToken: token,
          AuthTokenUpdateStrategy: strategy,
          ApplyImmediately: true,
        }),
      );
    },
    async available(replicationGroup) {
      const { ReplicationGroups = [] } = await client.send(
        new DescribeReplicationGroupsCommand({ ReplicationGroupId: replicationGroup }),
      );
      const [group] = ReplicationGroups;
      return group?.Status === "available" && group.PendingModifiedValues?.AuthTokenStatus === undefined;
    },
  };
}
