import type * as elbv2 from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { StagePlan } from "#fleet";
import { keptForever, logRetentionDays } from "../parts/durability.ts";
import { accept } from "../parts/nag.ts";
import type { Stack } from "../sst.ts";

const kinds = { access_logs: "access", connection_logs: "connections" } as const;

type Attributes = readonly elbv2.CfnLoadBalancer.LoadBalancerAttributeProperty[];

export interface AccessLogs {
  readonly attributes: Attributes;
  /** What has to be there before the balancer is told: it tries to write. */
  readonly policy: s3.CfnBucketPolicy | undefined;
}

/** A bucket with what the balancer was asked and who connected, where the map wants them. */
export function createAccessLogs(stack: Stack, plan: StagePlan): AccessLogs {
  const { accessLogs } = plan.controls;
  // Said, as an attribute that a template no longer has keeps its value.
  if (accessLogs === undefined)
    return {
      attributes: Object.keys(kinds).map((kind) => ({ key: `${kind}.s3.enabled`, value: "false" })),
      policy: undefined,
    };
  const bucket = createBucket(stack, plan);
  return {
    attributes: Object.entries(kinds).flatMap(([kind, prefix]) => [
      { key: `${kind}.s3.enabled`, value: "true" },
      { key: `${kind}.s3.bucket`, value: bucket.ref },
      { key: `${kind}.s3.prefix`, value: prefix },
    ]),
    policy: createPolicy(stack, plan, bucket, accessLogs.readers),
  };
}

function createBucket(stack: Stack, plan: StagePlan): s3.CfnBucket {
  const bucket = new s3.CfnBucket(stack, "AccessLogs", {
    // Balancers write to no bucket with a key of its owner's:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    ownershipControls: { rules: [{ objectOwnership: "BucketOwnerEnforced" }] },
    lifecycleConfiguration: { rules: [{ id: "Expire", status: "Enabled", expirationInDays: logRetentionDays }] },
  });
  bucket.applyRemovalPolicy(keptForever(plan));
  accept(bucket, { "AwsSolutions-S1": "It is the bucket of logs: a log of its own would need another." });
  return bucket;
}

function createPolicy(
  stack: Stack,
  plan: StagePlan,
  bucket: s3.CfnBucket,
  readers: readonly string[],
): s3.CfnBucketPolicy {
  const objects = `${bucket.attrArn}/*`;
  const everyone = new iam.AnyPrincipal();
  const statements = [
    new iam.PolicyStatement({
      sid: "BalancersOfThisAccount",
      actions: ["s3:PutObject"],
      principals: [new iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
      resources: Object.values(kinds).map((prefix) => `${bucket.attrArn}/${prefix}/AWSLogs/${stack.account}/*`),
    }),
    // A request's line has the query string, in which OAuth codes travel, and a balancer cannot leave it out.
    new iam.PolicyStatement({
      sid: "NobodyElseReads",
      effect: iam.Effect.DENY,
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      principals: [everyone],
      resources: [objects],
      conditions: { ArnNotEquals: { "aws:PrincipalArn": readers } },
    }),
    new iam.PolicyStatement({
      sid: "OverTlsAlone",
      effect: iam.Effect.DENY,
      actions: ["s3:*"],
      principals: [everyone],
      resources: [bucket.attrArn, objects],
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    }),
  ];
  const policy = new s3.CfnBucketPolicy(stack, "AccessLogsPolicy", {
    bucket: bucket.ref,
    policyDocument: new iam.PolicyDocument({ statements }),
  });
  policy.applyRemovalPolicy(keptForever(plan));
  return policy;
}
