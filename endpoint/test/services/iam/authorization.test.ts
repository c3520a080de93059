import type { RequestListener } from "node:http";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { AwsService } from "#endpoint/core/service.ts";
import { evaluate } from "#endpoint/services/iam/authorization.ts";
import { parsePolicy } from "#endpoint/services/iam/policy-document.ts";
import { createIam } from "#endpoint/services/iam/service.ts";
import { createSsm } from "#endpoint/services/ssm/service.ts";
import { createSts } from "#endpoint/services/sts/service.ts";
import { account, clientOptions, startCloud } from "../../core/cloud.ts";

type Statement = Readonly<Record<string, unknown>>;

function decide(
  statements: readonly Statement[],
  question: { action: string; resource?: string; keys?: Readonly<Record<string, string | readonly string[]>> },
) {
  const policy = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), "inline");
  const { keys = {}, ...rest } = question;
  return evaluate([policy], { ...rest, conditionKeys: keys });
}

const secret = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf";
const get = "secretsmanager:GetSecretValue";
const allow = (over: Statement) => ({ Effect: "Allow", Action: get, Resource: "*", ...over });
const deny = (over: Statement) => ({ Effect: "Deny", Action: get, Resource: "*", ...over });

describe("the decision", () => {
  it.each([
    ["no statement applies", [allow({ Action: "ecs:*" })], "no statement"],
    ["the action is allowed", [allow({})], "allow"],
    ["another action is allowed", [allow({ Action: "secretsmanager:PutSecretValue" })], "no statement"],
    ["the action differs in case only", [allow({ Action: "SecretsManager:getSecretValue" })], "allow"],
    ["a wildcard covers the action", [allow({ Action: ["ecs:*", "secretsmanager:Get*"] })], "allow"],
    ["NotAction leaves it out", [allow({ Action: undefined, NotAction: "secretsmanager:Get*" })], "no statement"],
    ["NotAction leaves out another", [allow({ Action: undefined, NotAction: "iam:*" })], "allow"],
    ["a wildcard covers the resource", [allow({ Resource: "arn:aws:secretsmanager:*:*:secret:/prod/mcp/*" })], "allow"],
    ["question marks cover a suffix", [allow({ Resource: secret.replace("AbCdEf", "??????") })], "allow"],
    ["one question mark too few", [allow({ Resource: secret.replace("AbCdEf", "?????") })], "no statement"],
    ["a dot is a dot", [allow({ Resource: secret.replace("/prod/", "/pro./") })], "no statement"],
    ["the resource is another", [allow({ Resource: secret.replace("prod", "dev") })], "no statement"],
    ["NotResource leaves it out", [allow({ Resource: undefined, NotResource: secret })], "no statement"],
    ["a deny beats an allow", [allow({}), deny({})], "deny"],
    ["a deny for another resource does not", [allow({}), deny({ Resource: "arn:aws:x:::y" })], "allow"],
    ["a deny whose condition fails does not", [allow({}), deny({ Condition: { StringEquals: { a: "b" } } })], "allow"],
    [
      "a variable stands for what is known",
      [allow({ Resource: secret.replace(account, "$" + "{aws:PrincipalAccount}") })],
      "allow",
    ],
  ] as const)("when %s", (_name, statements, decision) => {
    const keys = { "aws:PrincipalAccount": account };
    expect(decide(statements, { action: get, resource: secret, keys })).toBe(decision);
  });

  it("without a resource asks for the action only, and denies only what is denied everywhere", () => {
    expect(decide([allow({ Resource: secret })], { action: get })).toBe("allow");
    expect(decide([allow({}), deny({ Resource: secret })], { action: get })).toBe("allow");
    expect(decide([allow({}), deny({})], { action: get })).toBe("deny");
  });
});

describe("a permissions boundary", () => {
  it("removes what it does not allow, and grants nothing", async () => {
    const iam = createIam({ place: { account }, clock: Date });
    await using cloud = await startCloud([iam.service]);
    const client = new IAMClient(clientOptions(cloud.url));
    const document = (action: string) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: action, Resource: "*" } });
    const { Policy } = await client.send(
      new CreatePolicyCommand({ PolicyName: "boundary", PolicyDocument: document("secretsmanager:Get*") }),
    );
    const trust = { Statement: { Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" } };
    const { Role } = await client.send(
      new CreateRoleCommand({
        RoleName: "bound",
        AssumeRolePolicyDocument: JSON.stringify(trust),
        PermissionsBoundary: Policy?.Arn,
      }),
    );
    const roleArn = Role?.Arn ?? "";
    const principal = { roleArn, sessionName: "s", arn: "arn:aws:sts::1:assumed-role/bound/s" };
    const ask = (action: string) => iam.authorizer.decide({ principal, action, resource: secret, conditionKeys: {} });
    expect(ask(get)).toBe("no identity-based policy");
    await client.send(
      new PutRolePolicyCommand({ RoleName: "bound", PolicyName: "all", PolicyDocument: document("secretsmanager:*") }),
    );
    expect(ask(get)).toBe("allowed");
    expect(ask("secretsmanager:PutSecretValue")).toBe("no permissions boundary");
  });
});

describe("conditions", () => {
  const cluster = "arn:aws:ecs:us-east-1:573946584375:cluster/prod-mcp-cluster";
  const keys = { "ecs:cluster": cluster, "aws:TagKeys": ["team", "stage"], "aws:MultiFactorAuthPresent": "false" };
  it.each([
    [{ StringEquals: { "ecs:cluster": cluster } }, true],
    [{ StringEquals: { "ECS:Cluster": ["x", cluster] } }, true],
    [{ StringEquals: { "ecs:cluster": cluster.toUpperCase() } }, false],
    [{ StringEqualsIgnoreCase: { "ecs:cluster": cluster.toUpperCase() } }, true],
    [{ StringLike: { "ecs:cluster": "*cluster/prod-*" } }, true],
    [{ StringNotLike: { "ecs:cluster": "*cluster/prod-*" } }, false],
    [{ StringNotEquals: { "ecs:cluster": "x" } }, true],
    [{ ArnEquals: { "ecs:cluster": "arn:aws:ecs:*:*:cluster/*" } }, true],
    [{ ArnLike: { "ecs:cluster": "arn:aws:*:cluster/*" } }, false],
    [{ Bool: { "aws:MultiFactorAuthPresent": false } }, true],
    [{ Bool: { "aws:MultiFactorAuthPresent": "true" } }, false],
    [{ "ForAnyValue:StringEquals": { "aws:TagKeys": ["team"] } }, true],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } }, false],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "stage", "x"] } }, true],
    [{ Null: { "ecs:cluster": "false" } }, true],
    [{ StringEquals: { "ecs:unknown": "x" } }, false],
    [{ StringNotEquals: { "ecs:unknown": "x" } }, false],
    [{ StringEqualsIfExists: { "ecs:unknown": "x" } }, true],
    [{ IpAddress: { "ecs:cluster": "10.0.0.0/8" } }, false],
    [{ StringEquals: { "ecs:cluster": cluster }, Bool: { "aws:MultiFactorAuthPresent": "true" } }, false],
  ] as const)("%j", (Condition, holds) => {
    expect(decide([allow({ Condition })], { action: get, resource: secret, keys })).toBe(
      holds ? "allow" : "no statement",
    );
  });
});

describe("at the front door", () => {
  const secretsManager: AwsService = {
    signingName: "secretsmanager",
    protocol: { kind: "json" },
    operations: { GetSecretValue: () => ({ SecretString: "value" }) },
    resourceOf: (_operation, input) => {
      const id = typeof input === "object" && input && "SecretId" in input ? String(input.SecretId) : "";
      return `arn:aws:secretsmanager:us-east-1:${account}:secret:${id}-AbCdEf`;
    },
  };
  const subnets: AwsService = {
    signingName: "ec2",
    protocol: { kind: "ec2", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
    operations: { DescribeSubnets: () => ({ subnetSet: [] }) },
  };

  async function startGuarded(statements: readonly Statement[]) {
    const place = { account, region: "us-east-1" };
    const iam = createIam({ place, clock: Date });
    const role = await iam.service.resources?.["AWS::IAM::Role"]?.create(
      {
        RoleName: "rotate",
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
        Policies: statements.length === 0 ? [] : [{ PolicyName: "p", PolicyDocument: { Statement: statements } }],
      },
      {
        ...place,
        stackName: "s",
        stackId: "s",
        logicalId: "R",
        stackTags: {},
        signal: new AbortController().signal,
      },
    );
    const ssm = createSsm({ place, clock: Date });
    const identities = { issueUntil: () => ({ accessKeyId: "", secretAccessKey: "", sessionToken: "" }) };
    const sts = createSts({ place, clock: Date, identities, roles: iam.roles, authorizer: iam.authorizer });
    const unreached: RequestListener = (_request, response) =>
      void response.writeHead(503).end('{"__type":"ServiceUnavailable"}');
    const queue = { signingName: "sqs", emulator: unreached };
    const objects = { signingName: "s3", emulator: unreached };
    const services = [secretsManager, subnets, ssm.service, iam.service, sts.service, queue, objects];
    const cloud = await startCloud(services, iam.authorizer);
    const credentials = cloud.identities.issue(String(role?.attributes.Arn), "rotate-1");
    return { ...cloud, options: clientOptions(cloud.url, credentials), operator: clientOptions(cloud.url) };
  }

  const denied = (action: string, resource: string) =>
    `User: arn:aws:sts::${account}:assumed-role/rotate/rotate-1 is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

  it("[ECS-6] a role reads the secrets its policy names and no others", async () => {
    await using cloud = await startGuarded([
      { Effect: "Allow", Action: get, Resource: `arn:aws:secretsmanager:us-east-1:${account}:secret:/prod/mcp/*` },
    ]);
    const client = new SecretsManagerClient(cloud.options);
    const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));
    expect((await read("/prod/mcp/splunk")).SecretString).toBe("value");
    await expect(read("/prod/other")).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: denied(get, `arn:aws:secretsmanager:us-east-1:${account}:secret:/prod/other-AbCdEf`),
      $metadata: { httpStatusCode: 400 },
    });
    expect(cloud.journal.entries().at(-1)).toMatchObject({ errorCode: "AccessDeniedException" });
    expect(cloud.lines).toEqual([expect.stringMatching(/^refused: User: .*\/rotate-1 is not authorized to perform: /)]);
  });

  it("the operator may do everything", async () => {
    await using cloud = await startGuarded([]);
    const client = new SecretsManagerClient(cloud.operator);
    expect((await client.send(new GetSecretValueCommand({ SecretId: "any" }))).SecretString).toBe("value");
  });

  it("the refusal has the code of the protocol", async () => {
    await using cloud = await startGuarded([]);
    await expect(new IAMClient(cloud.options).send(new ListRolesCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new EC2Client(cloud.options).send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({
      name: "UnauthorizedOperation",
    });
  });

  it("an explicit deny is distinguished from a missing allow", async () => {
    await using cloud = await startGuarded([
      { Effect: "Allow", Action: "*", Resource: "*" },
      { Effect: "Deny", Action: "secretsmanager:*", Resource: "*" },
    ]);
    const client = new SecretsManagerClient(cloud.options);
    await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({
      message: expect.stringMatching(/ with an explicit deny in an identity-based policy$/),
    });
  });

  it("a role without any policy may still ask who it is", async () => {
    await using cloud = await startGuarded([]);
    expect((await new STSClient(cloud.options).send(new GetCallerIdentityCommand({}))).Arn).toContain("rotate-1");
  });

  it("a call for several resources needs all of them", async () => {
    const arn = (name: string) => `arn:aws:ssm:us-east-1:${account}:parameter${name}`;
    await using cloud = await startGuarded([{ Effect: "Allow", Action: "ssm:GetParameters", Resource: arn("/a") }]);
    const client = new SSMClient(cloud.options);
    expect((await client.send(new GetParametersCommand({ Names: ["/a"] }))).InvalidParameters).toEqual(["/a"]);
    await expect(client.send(new GetParametersCommand({ Names: ["/a", "/b"] }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: denied("ssm:GetParameters", arn("/b")),
    });
  });

  it("what an emulator serves is checked before it is passed on", async () => {
    const queueArn = `arn:aws:sqs:us-east-1:${account}:alarms`;
    const Condition = { StringEquals: { "aws:ResourceAccount": account } };
    await using cloud = await startGuarded([
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: queueArn, Condition },
    ]);
    const client = new SQSClient(cloud.options);
    const send = (name: string) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: `${cloud.url}/${account}/${name}`,
          Entries: [{ Id: "1", MessageBody: "m" }],
        }),
      );
    await expect(send("alarms")).rejects.toMatchObject({ name: "ServiceUnavailable" });
    await expect(send("other")).rejects.toMatchObject({
      message: denied("sqs:SendMessage", queueArn.replace("alarms", "other")),
    });
  });

  it("objects are checked by bucket and key, with the action of the request's method", async () => {
    const Action = ["s3:GetObject*", "s3:ListBucket"];
    await using cloud = await startGuarded([
      { Effect: "Allow", Action, Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/open/*"] },
    ]);
    const client = new S3Client({ ...cloud.options, forcePathStyle: true });
    const unanswered = { $metadata: { httpStatusCode: 503 } };
    const refused = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
    await expect(client.send(new GetObjectCommand({ Bucket: "b", Key: "open/ü" }))).rejects.toMatchObject(unanswered);
    await expect(client.send(new ListObjectsV2Command({ Bucket: "b" }))).rejects.toMatchObject(unanswered);
    await expect(client.send(new GetObjectCommand({ Bucket: "b", Key: "shut" }))).rejects.toMatchObject(refused);
    const put = new PutObjectCommand({ Bucket: "b", Key: "open/a", Body: "x" });
    await expect(client.send(put)).rejects.toMatchObject(refused);
    expect(cloud.journal.entries().map((entry) => entry.operation)).toEqual([
      "GetObject",
      "ListBucket",
      "GetObject",
      "PutObject",
    ]);
  });
});
