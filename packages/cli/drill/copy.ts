import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DeleteReplicationGroupCommand,
  DeleteSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { names, type StagePlan } from "#fleet";
import { isAwsError, orMissing } from "../aws.ts";
import type { Exercise } from "./step.ts";

/** A snapshot of the stage's Redis, and a group made from it, both of one name: a drill that was killed leaves it known. */
export function copyOf({ stage: { aws, plan }, until }: Pick<Exercise, "stage" | "until">) {
  const client = aws.client(ElastiCacheClient);
  const name = names.redisCopy(plan.stage);
  const describe = async (ReplicationGroupId = name) => {
    const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    return (await orMissing(client.send(command), "ReplicationGroupNotFoundFault"))?.ReplicationGroups?.[0];
  };
  const describeSnapshot = async () => {
    const command = new DescribeSnapshotsCommand({ SnapshotName: name });
    return (await orMissing(client.send(command), "SnapshotNotFoundFault"))?.Snapshots?.[0];
  };
  type Group = NonNullable<Awaited<ReturnType<typeof describe>>>;
  return {
    name,
    describe,
    async snapshot(ReplicationGroupId: string | undefined) {
      await client.send(new CreateSnapshotCommand({ SnapshotName: name, ReplicationGroupId }));
      await until(`the snapshot ${name}`, async () => {
        const status = (await describeSnapshot())?.SnapshotStatus;
        if (status === "failed") throw new Error(`ElastiCache could not take the snapshot ${name}.`);
        return status === "available" ? true : undefined;
      });
    },
    /** As the source is, with one node, in the same subnets, reached by the same tasks. */
    async restore(source: Group, node: string) {
      const { CacheClusters } = await client.send(new DescribeCacheClustersCommand({ CacheClusterId: node }));
      const [cluster] = CacheClusters ?? [];
      await client.send(
        new CreateReplicationGroupCommand({
          ReplicationGroupId: name,
          ReplicationGroupDescription: "A copy that fleet drill made, and deletes",
          SnapshotName: name,
          NumCacheClusters: 1,
          AutomaticFailoverEnabled: false,
          CacheNodeType: source.CacheNodeType,
          Engine: cluster?.Engine,
          CacheSubnetGroupName: cluster?.CacheSubnetGroupName,
          SecurityGroupIds: cluster?.SecurityGroups?.flatMap(({ SecurityGroupId }) => SecurityGroupId ?? []),
          AtRestEncryptionEnabled: source.AtRestEncryptionEnabled,
          KmsKeyId: source.KmsKeyId,
          TransitEncryptionEnabled: true,
          // Nobody is to use it: what is kept out by a token here is kept out there.
          ...(source.AuthTokenEnabled && { AuthToken: randomBytes(32).toString("hex") }),
        }),
      );
    },
    /** As often as wanted: what is gone is gone. */
    async delete() {
      await retire(describe, () => client.send(new DeleteReplicationGroupCommand({ ReplicationGroupId: name })), plan);
      await retire(describeSnapshot, () => client.send(new DeleteSnapshotCommand({ SnapshotName: name })), plan);
    },
  };
}

const busy = ["InvalidReplicationGroupStateFault", "InvalidSnapshotStateFault"];
const gone = ["ReplicationGroupNotFoundFault", "SnapshotNotFoundFault"];
/** ElastiCache takes about ten minutes to make a group, and as long to delete it. */
const patienceMs = 45 * 60_000;

/** ElastiCache deletes nothing while it is being made: it is asked again. */
async function retire(
  describe: () => Promise<unknown>,
  remove: () => Promise<unknown>,
  { runsOn }: StagePlan,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while ((await describe()) !== undefined) {
    if (Date.now() > deadline) throw new Error("ElastiCache has not deleted it.");
    await remove().catch((error: unknown) => {
      if (!isAwsError(error, ...busy, ...gone)) throw error;
    });
    await sleep(runsOn === "aws" ? 10_000 : 100);
  }
}
