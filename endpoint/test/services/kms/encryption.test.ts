import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, DescribeAlarmHistoryCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Cloud, openCloud } from "#endpoint/cloud.ts";

const account = "573946584375";
let folder: string;
let cloud: Cloud;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endpoint-keys-"));
  cloud = await openCloud({
    ...{ region: "us-east-1", account, ports: { endpoint: 0, https: 0, http: 0 } },
    ...{ projectRoot: folder, stateFolder: folder, log: () => undefined },
    supervisor: {
      start: () => {
        throw new Error("Nothing runs here.");
      },
      stopAll: async () => undefined,
    },
  });
});
afterAll(async () => {
  await cloud.close();
  await rm(folder, { recursive: true, force: true });
});

const settings = (credentials = { accessKeyId: "AKIALOCAL", secretAccessKey: "local" }) => ({
  ...{ endpoint: cloud.place.endpointUrl, region: "us-east-1", maxAttempts: 1 },
  credentials,
});

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>;

let made = 0;
/** Deploys a stack. @returns why the first resource failed, or the physical ids by logical id */
async function deploy(Resources: Resources) {
  const client = new CloudFormationClient(settings());
  made += 1;
  const StackName = `stack-${made}`;
  const TemplateBody = JSON.stringify({ Resources });
  await client.send(
    new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"], DisableRollback: true }),
  );
  await cloud.cloudFormation.idle();
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
  const ids = new Map(StackResources.map((one) => [one.LogicalResourceId, one.PhysicalResourceId ?? ""]));
  const remove = async () => {
    await client.send(new DeleteStackCommand({ StackName }));
    await cloud.cloudFormation.idle();
    // Of one that is gone, nothing is listed.
    return cloud.cloudFormation.stacks().find(({ name }) => name === StackName)?.status;
  };
  return { why: failed.at(-1)?.ResourceStatusReason, idOf: (id: string) => ids.get(id) ?? "", remove };
}

const root = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" };
function keyFor(Service?: string, Condition?: object) {
  const Action = ["kms:Decrypt", "kms:GenerateDataKey*"];
  const service = { Effect: "Allow", Principal: { Service }, Action, Resource: "*", ...(Condition && { Condition }) };
  const Statement = Service === undefined ? [root] : [root, service];
  return { Type: "AWS::KMS::Key", Properties: { KeyPolicy: { Version: "2012-10-17", Statement } } };
}
const keyArn = { "Fn::GetAtt": ["Key", "Arn"] };

describe("a key", () => {
  it("says what it is and who may use it, until it is deleted", async () => {
    const { idOf, remove } = await deploy({
      Key: keyFor(),
      Alias: { Type: "AWS::KMS::Alias", Properties: { AliasName: "alias/mine", TargetKeyId: { Ref: "Key" } } },
    });
    const kms = new KMSClient(settings());
    const KeyId = idOf("Key");
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: "alias/mine" }));
    expect(KeyMetadata).toMatchObject({
      KeyId,
      Enabled: true,
      KeyUsage: "ENCRYPT_DECRYPT",
      KeySpec: "SYMMETRIC_DEFAULT",
    });
    const { Policy = "" } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [root] });
    await remove();
    const after = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(after.KeyMetadata).toMatchObject({ Enabled: false, KeyState: "PendingDeletion" });
    await expect(kms.send(new DescribeKeyCommand({ KeyId: "alias/mine" }))).rejects.toThrow("does not exist");
  });

  it("is not made with a policy that nobody could change again", async () => {
    const Statement = [{ ...root, Principal: { Service: "logs.us-east-1.amazonaws.com" } }];
    const { why } = await deploy({ Key: { Type: "AWS::KMS::Key", Properties: { KeyPolicy: { Statement } } } });
    expect(why).toContain("will not allow you to update the key policy in the future");
  });
});

describe("what is encrypted with a key", () => {
  const group = { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: "/ecs/encrypted", KmsKeyId: keyArn } };
  const context = (name: string) => ({
    ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:us-east-1:${account}:log-group:${name}` },
  });

  it.each([
    ["names nobody", keyFor()],
    ["names another region", keyFor("logs.eu-west-1.amazonaws.com")],
    ["is for other groups", keyFor("logs.us-east-1.amazonaws.com", context("/vpc/*"))],
  ])("is no log group, where the key's policy %s", async (_, Key) => {
    const { why } = await deploy({ Key, Group: group });
    expect(why).toContain("does not exist or is not allowed to be used with Arn");
  });

  it("is a log group that the key's policy has", async () => {
    const { why, idOf } = await deploy({
      Key: keyFor("logs.us-east-1.amazonaws.com", context("/ecs/*")),
      Group: group,
    });
    expect(why).toBeUndefined();
    const logs = new CloudWatchLogsClient(settings());
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/ecs/encrypted" }));
    expect(logGroups).toMatchObject([{ kmsKeyId: expect.stringContaining(idOf("Key")) }]);
  });

  it("is no table, where there is no such key", async () => {
    const KMSMasterKeyId = `arn:aws:kms:us-east-1:${account}:key/00000000-0000-4000-8000-000000000001`;
    const Properties = {
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      SSESpecification: { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId },
    };
    expect((await deploy({ Table: { Type: "AWS::DynamoDB::Table", Properties } })).why).toContain("does not exist");
  });

  it("is told to a topic by an alarm that the key's policy has, and by no other", async () => {
    const alarm = (name: string, topic: string) => ({
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        ...{ AlarmName: name, Namespace: "N", MetricName: "M", Statistic: "Sum", Period: 60, EvaluationPeriods: 1 },
        ...{ Threshold: 1, ComparisonOperator: "GreaterThanThreshold", AlarmActions: [{ Ref: topic }] },
      },
    });
    const topic = (key: string) => ({ Type: "AWS::SNS::Topic", Properties: { KmsMasterKeyId: { Ref: key } } });
    await deploy({
      ...{
        Key: keyFor("cloudwatch.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } }),
        Closed: keyFor(),
      },
      ...{ Heard: topic("Key"), Lost: topic("Closed"), One: alarm("heard", "Heard"), Two: alarm("lost", "Lost") },
    });
    const cloudWatch = new CloudWatchClient(settings());
    const said = async (AlarmName: string) => {
      const { AlarmHistoryItems = [] } = await cloudWatch.send(
        new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "Action" }),
      );
      return AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary).join();
    };
    for (const AlarmName of ["heard", "lost"])
      await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "a test" }));
    await vi.waitFor(async () => expect(await said("heard")).toContain("Successfully executed action"));
    await vi.waitFor(async () => expect(await said("lost")).toContain("Failed to execute action"));
  });
});

describe("a role", () => {
  const trust = { Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }] };
  const role = (name: string, ...statements: readonly object[]) => ({
    Type: "AWS::IAM::Role",
    Properties: {
      ...{ RoleName: name, AssumeRolePolicyDocument: { Version: "2012-10-17", ...trust } },
      Policies: [{ PolicyName: "calls", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    },
  });
  const allow = (Action: readonly string[], Condition?: object) => ({
    ...{ Effect: "Allow", Action, Resource: "*" },
    ...(Condition && { Condition }),
  });
  async function as(name: string) {
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${name}`, RoleSessionName: "test" });
    const { Credentials } = await new STSClient(settings()).send(command);
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    return settings(
      Object.assign({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }, { sessionToken: SessionToken }),
    );
  }

  it("reads and writes what a key encrypts with rights on the key alone, through what keeps it", async () => {
    const through = (service: string, SecretARN: string) => ({
      StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` },
      StringLike: {
        "kms:EncryptionContext:SecretARN": `arn:aws:secretsmanager:us-east-1:${account}:secret:${SecretARN}`,
      },
    });
    const secret = allow(["secretsmanager:*"]);
    const keyUse = ["kms:Decrypt", "kms:GenerateDataKey"];
    await deploy({
      Key: keyFor(),
      Secret: {
        Type: "AWS::SecretsManager::Secret",
        Properties: { Name: "/prod/kept", SecretString: "a value", KmsKeyId: keyArn },
      },
      Keyless: role("keyless", secret),
      Elsewhere: role("elsewhere", secret, allow(keyUse, through("dynamodb", "/prod/*"))),
      Other: role("other", secret, allow(keyUse, through("secretsmanager", "/dev/*"))),
      Reader: role("reader", secret, allow(["kms:Decrypt"], through("secretsmanager", "/prod/*"))),
      Writer: role("writer", secret, allow(keyUse, through("secretsmanager", "/prod/*"))),
    });
    const read = async (name: string) =>
      new SecretsManagerClient(await as(name)).send(new GetSecretValueCommand({ SecretId: "/prod/kept" }));
    const write = async (name: string) =>
      new SecretsManagerClient(await as(name)).send(
        new PutSecretValueCommand({ SecretId: "/prod/kept", SecretString: "another" }),
      );
    for (const name of ["keyless", "elsewhere", "other"]) await expect(read(name)).rejects.toThrow(/kms:Decrypt/);
    expect((await read("reader")).SecretString).toBe("a value");
    await expect(write("reader")).rejects.toThrow(/kms:GenerateDataKey/);
    await write("writer");
    expect((await read("writer")).SecretString).toBe("another");
  });

  it("publishes to an encrypted topic with rights on its key", async () => {
    const publish = allow(["sns:Publish"]);
    const key = allow(["kms:Decrypt", "kms:GenerateDataKey"], {
      StringEquals: { "kms:ViaService": "sns.us-east-1.amazonaws.com" },
    });
    const { idOf } = await deploy({
      Key: keyFor(),
      Topic: { Type: "AWS::SNS::Topic", Properties: { KmsMasterKeyId: { Ref: "Key" } } },
      Mute: role("mute", publish),
      Heard: role("heard", publish, key),
    });
    const say = async (name: string) =>
      new SNSClient(await as(name)).send(new PublishCommand({ TopicArn: idOf("Topic"), Message: "a word" }));
    await expect(say("mute")).rejects.toThrow(/kms:GenerateDataKey/);
    expect((await say("heard")).MessageId).toBeDefined();
  });
});

describe("a balancer", () => {
  const subnet = (zone: string, CidrBlock: string) => ({
    Type: "AWS::EC2::Subnet",
    Properties: { VpcId: { Ref: "Vpc" }, CidrBlock, AvailabilityZone: `us-east-1${zone}` },
  });
  const withLogs = (...resources: readonly string[]) => ({
    Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16" } },
    A: subnet("a", "10.0.0.0/24"),
    B: subnet("b", "10.0.1.0/24"),
    Bucket: { Type: "AWS::S3::Bucket", Properties: {} },
    Balancer: {
      ...{ Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", DependsOn: resources },
      Properties: {
        Subnets: [{ Ref: "A" }, { Ref: "B" }],
        LoadBalancerAttributes: [
          { Key: "access_logs.s3.enabled", Value: "true" },
          { Key: "access_logs.s3.bucket", Value: { Ref: "Bucket" } },
          { Key: "access_logs.s3.prefix", Value: "access" },
        ],
      },
    },
  });
  const policy = (Service: string, path: string) => ({
    Type: "AWS::S3::BucketPolicy",
    Properties: {
      Bucket: { Ref: "Bucket" },
      PolicyDocument: {
        Statement: [
          {
            ...{ Effect: "Allow", Principal: { Service }, Action: "s3:PutObject" },
            Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket", "Arn"] }, path]] },
          },
          {
            ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" },
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      },
    },
  });
  const delivery = "logdelivery.elasticloadbalancing.amazonaws.com";

  it.each([
    ["has no policy", {}],
    ["lets another service write", { Policy: policy("delivery.logs.amazonaws.com", `/access/AWSLogs/${account}/*`) }],
    ["lets it write elsewhere", { Policy: policy(delivery, `/AWSLogs/${account}/*`) }],
    ["lets it write for another account", { Policy: policy(delivery, "/access/AWSLogs/111122223333/*") }],
  ])("is not told to log to a bucket that %s", async (_, policies) => {
    const { why } = await deploy({ ...withLogs(...Object.keys(policies)), ...policies });
    expect(why).toContain("Access Denied for bucket");
  });

  it("is told to log to one that lets it, and writes nothing: the bucket is empty, and goes with its stack", async () => {
    const Policy = policy(delivery, `/access/AWSLogs/${account}/*`);
    const { why, remove } = await deploy({ ...withLogs("Policy"), Policy });
    expect(why).toBeUndefined();
    expect(await remove()).toBeUndefined();
  });

  const metric = { CloudWatchMetricsEnabled: true, MetricName: "m", SampledRequestsEnabled: false };
  const rate = { RateBasedStatement: { Limit: 100, AggregateKeyType: "IP" } };
  const rule = (fields: object) => ({
    ...{ Name: "Rate", Priority: 0, Action: { Count: {} }, Statement: rate, VisibilityConfig: metric },
    ...fields,
  });
  const acl = (...Rules: readonly object[]) => ({
    Type: "AWS::WAFv2::WebACL",
    Properties: { Scope: "REGIONAL", DefaultAction: { Allow: {} }, VisibilityConfig: metric, Rules },
  });
  const managed = (Name: string) => ({ ManagedRuleGroupStatement: { VendorName: "AWS", Name } });

  it.each([
    ["has two rules of a priority", acl(rule({}), rule({ Name: "Other" })), /Priority/],
    [
      "has a rate below ten",
      acl(rule({ Statement: { RateBasedStatement: { Limit: 5, AggregateKeyType: "IP" } } })),
      /Limit/,
    ],
    ["has a group with an action", acl(rule({ Statement: managed("AWSManagedRulesCommonRuleSet") })), /OverrideAction/],
    [
      "has a group that AWS does not have",
      acl(rule({ Action: undefined, OverrideAction: { None: {} }, Statement: managed("AWSManagedRulesMine") })),
      /AWSManagedRulesMine/,
    ],
    ["has a rule that does two things", acl(rule({ Action: { Count: {}, Block: {} } })), /exactly one/],
  ])("has no web ACL that %s", async (_, Acl, why) => {
    expect((await deploy({ Acl })).why).toMatch(why);
  });

  it("is the only thing that a web ACL is put in front of", async () => {
    const association = (ResourceArn: string, WebACLArn: unknown) => ({
      Type: "AWS::WAFv2::WebACLAssociation",
      Properties: { ResourceArn, WebACLArn },
    });
    const balancer = `arn:aws:elasticloadbalancing:us-east-1:${account}:loadbalancer/app/a/0123456789abcdef`;
    const arn = { "Fn::GetAtt": ["Acl", "Arn"] };
    const Acl = acl(rule({}));
    expect((await deploy({ Acl, To: association(balancer, arn) })).why).toBeUndefined();
    expect((await deploy({ Acl, To: association("arn:aws:sns:us-east-1:1:a", arn) })).why).toContain("load balancer");
    expect((await deploy({ To: association(balancer, "arn:aws:wafv2:none") })).why).toContain("doesn't exist");
  });
});
