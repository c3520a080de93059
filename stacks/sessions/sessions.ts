import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elasticache from "aws-cdk-lib/aws-elasticache";
import { names, type StagePlan } from "#fleet";
import { Network } from "../network/network.ts";
import { snapshotBeforeDeletion } from "../parts/durability.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import { type Stack, type StackContext, use } from "../sst.ts";

const port = 6379;

/** The Redis that services with `sessions` share; nothing if no service has them. */
export function Sessions({ app, stack }: StackContext) {
  const plan = usePlan(app);
  if (!plan.services.some(({ sessions }) => sessions)) return undefined;
  const { everyPrivateSubnet } = use(Network);
  const subnets = new elasticache.CfnSubnetGroup(stack, "Subnets", {
    description: "Private subnets of the fleet",
    // A node may be in any of them, and ElastiCache lets none go that has one.
    subnetIds: [...everyPrivateSubnet],
  });
  // A group that has one node gets its second first, and failover at the next deploy: ElastiCache refuses both at once.
  // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/383
  const replicated = plan.redis.nodes >= 2 && plan.standing.redisNodes !== 1;
  // A group keeps the one that it was made from: another, or none, would be another group of its id.
  const snapshot = plan.standing.redisNodes === undefined ? plan.redis.snapshot : plan.standing.redisSnapshot;
  const redis = new elasticache.CfnReplicationGroup(stack, "Redis", {
    replicationGroupId: names.redis(plan.stage),
    replicationGroupDescription: "Sessions of the fleet's services",
    engine: "redis",
    engineVersion: "7.1",
    cacheNodeType: plan.redis.nodeType,
    numCacheClusters: plan.redis.nodes,
    automaticFailoverEnabled: replicated,
    multiAzEnabled: replicated,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    port,
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [createSecurityGroup(stack)],
    snapshotRetentionLimit: plan.redis.snapshotRetentionDays,
    ...(snapshot !== undefined && { snapshotName: snapshot }),
  });
  snapshotBeforeDeletion(redis, plan);
  acceptSettings(redis, plan);
  // Where the group answers, not where it was asked to: on loopback that port may be taken.
  return { host: redis.attrPrimaryEndPointAddress, port: redis.attrPrimaryEndPointPort };
}

function createSecurityGroup(stack: Stack): string {
  const { vpcId, tasksSecurityGroup } = use(Network);
  const group = new ec2.CfnSecurityGroup(stack, "SecurityGroup", {
    vpcId,
    groupDescription: "Redis of the fleet: in from the tasks only",
    securityGroupIngress: [
      {
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        sourceSecurityGroupId: tasksSecurityGroup,
        description: "Sessions of the tasks",
      },
    ],
  });
  return group.attrGroupId;
}

function acceptSettings(redis: elasticache.CfnReplicationGroup, { redis: { nodes } }: StagePlan): void {
  accept(redis, {
    "AwsSolutions-AEC5": "RED-3: the containers are given port 6379.",
    "AwsSolutions-AEC6":
      "RED-3: the containers have no password; the security group lets in the tasks alone, over TLS.",
    ...(nodes === 1 && { "AwsSolutions-AEC4": "A disposable stage: one node, and a new login after its loss." }),
  });
}
