import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import type { ResourceContext } from "#endpoint/core/service.ts";
import { createIam } from "#endpoint/services/iam/service.ts";
import { account, clientOptions, startCloud } from "../../core/cloud.ts";

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const readSecret = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: "arn:aws:secretsmanager:*:*:secret:/prod/mcp/*",
    },
  ],
};
const basicExecution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

async function startIam() {
  const iam = createIam({ place: { account }, clock: Date });
  const cloud = await startCloud([iam.service]);
  return { ...cloud, client: new IAMClient(clientOptions(cloud.url)), iam };
}

const context: ResourceContext = {
  region: "us-east-1",
  account,
  stackName: "prod-mcp-automation",
  stackId: "stack",
  logicalId: "RotateRole",
  stackTags: { "sst:stage": "prod" },
  signal: new AbortController().signal,
};

function provider(iam: ReturnType<typeof createIam>, type: string) {
  const found = iam.service.resources?.[type];
  if (!found) throw new Error(`${type} is missing`);
  return found;
}

describe("roles through the SDK", () => {
  it("are returned as they were created, with the trust policy percent-encoded", async () => {
    await using cloud = await startIam();
    const created = await cloud.client.send(
      new CreateRoleCommand({
        RoleName: "rotate",
        Path: "/mcp/",
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Tags: [{ Key: "team", Value: "platform" }],
      }),
    );
    expect(created.Role).toMatchObject({
      Arn: `arn:aws:iam::${account}:role/mcp/rotate`,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    });
    const { Role } = await cloud.client.send(new GetRoleCommand({ RoleName: "rotate" }));
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""))).toEqual(trust);
    expect(Role).toMatchObject({ MaxSessionDuration: 3600, RoleLastUsed: {} });
    expect(Role?.CreateDate).toBeInstanceOf(Date);
    expect(Role?.Tags).toEqual([{ Key: "team", Value: "platform" }]);
  });

  it("[AWS-10] have no Tags where they have none, and take an empty list as none", async () => {
    await using cloud = await startIam();
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    const { Role } = await cloud.client.send(
      new CreateRoleCommand({ RoleName: "bare", AssumeRolePolicyDocument, Tags: [] }),
    );
    expect(Object.keys(Role ?? {}).sort()).toEqual([
      "Arn",
      "AssumeRolePolicyDocument",
      "CreateDate",
      "Path",
      "RoleId",
      "RoleName",
    ]);
    expect((await cloud.client.send(new GetRoleCommand({ RoleName: "bare" }))).Role).not.toHaveProperty("Tags");
  });

  it("hold inline and attached policies, which must go before the role does", async () => {
    await using cloud = await startIam();
    const { client } = cloud;
    const RoleName = "rotate";
    await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const PolicyDocument = JSON.stringify(readSecret);
    await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: "read", PolicyDocument }));
    await client.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: basicExecution }));
    expect((await client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(["read"]);
    const inline = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: "read" }));
    expect(decodeURIComponent(inline.PolicyDocument ?? "")).toBe(PolicyDocument);
    expect((await client.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toEqual([
      { PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn: basicExecution },
    ]);
    await expect(client.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: "DeleteConflictException",
      message: "Cannot delete entity, must detach all policies first.",
    });
    await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: basicExecution }));
    await expect(client.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      message: "Cannot delete entity, must delete policies first.",
    });
  });

  it("are refused with IAM's codes: unknown, duplicate, malformed, unknown AWS-managed policy", async () => {
    await using cloud = await startIam();
    const { client } = cloud;
    const create = { RoleName: "rotate", AssumeRolePolicyDocument: JSON.stringify(trust) };
    await expect(client.send(new GetRoleCommand({ RoleName: "x" }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
      message: "The role with name x cannot be found.",
      $metadata: { httpStatusCode: 404 },
    });
    await client.send(new CreateRoleCommand(create));
    await expect(client.send(new CreateRoleCommand(create))).rejects.toMatchObject({
      name: "EntityAlreadyExistsException",
      $metadata: { httpStatusCode: 409 },
    });
    await expect(
      client.send(new PutRolePolicyCommand({ RoleName: "rotate", PolicyName: "p", PolicyDocument: "{" })),
    ).rejects.toMatchObject({ name: "MalformedPolicyDocumentException" });
    await expect(client.send(new CreateRoleCommand({ ...create, RoleName: "a b" }))).rejects.toMatchObject({
      name: "ValidationError",
    });
    await expect(
      client.send(new AttachRolePolicyCommand({ RoleName: "rotate", PolicyArn: "arn:aws:iam::aws:policy/Unheard" })),
    ).rejects.toMatchObject({ name: "UnsupportedOperation" });
  });

  it("have managed policies with versions", async () => {
    await using cloud = await startIam();
    const { client } = cloud;
    const { Policy } = await client.send(
      new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: JSON.stringify(readSecret) }),
    );
    const PolicyArn = Policy?.Arn ?? "";
    const changed = { ...readSecret, Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
    await client.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: JSON.stringify(changed), SetAsDefault: true }),
    );
    const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
    expect(PolicyVersion?.IsDefaultVersion).toBe(true);
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""))).toEqual(changed);
    await expect(client.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: "DeleteConflictException",
    });
  });
});

describe("roles through CloudFormation", () => {
  const properties = {
    AssumeRolePolicyDocument: trust,
    Policies: [{ PolicyName: "read", PolicyDocument: readSecret }],
    ManagedPolicyArns: [basicExecution],
  };

  it("get a generated name, the stack's tags, and change in place", async () => {
    await using cloud = await startIam();
    const roles = provider(cloud.iam, "AWS::IAM::Role");
    const created = await roles.create(properties, context);
    expect(created.physicalId).toMatch(/^prod-mcp-automation-RotateRole-[A-Z0-9]{12}$/);
    const { Role } = await cloud.client.send(new GetRoleCommand({ RoleName: created.physicalId }));
    expect(created.attributes).toEqual({ Arn: Role?.Arn, RoleId: Role?.RoleId });
    expect(Role?.Tags).toEqual([{ Key: "sst:stage", Value: "prod" }]);

    const next = { ...properties, Policies: [], ManagedPolicyArns: [] };
    await roles.update(created, next, properties, context);
    const RoleName = created.physicalId;
    expect((await cloud.client.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([]);
    expect((await cloud.client.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toEqual([]);
    await roles.delete(created, next, context);
    await roles.delete(created, next, context);
    await expect(cloud.client.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
  });

  it("leave nothing behind when one of their policies is not available", async () => {
    await using cloud = await startIam();
    const roles = provider(cloud.iam, "AWS::IAM::Role");
    const broken = { ...properties, RoleName: "rotate", ManagedPolicyArns: [`arn:aws:iam::${account}:policy/none`] };
    await expect(roles.create(broken, context)).rejects.toMatchObject({ code: "NoSuchEntity" });
    await roles.create({ ...properties, RoleName: "rotate" }, context);
  });

  it("keep the policies that AWS::IAM::Policy put on them until it removes them", async () => {
    await using cloud = await startIam();
    const role = await provider(cloud.iam, "AWS::IAM::Role").create(properties, context);
    const policies = provider(cloud.iam, "AWS::IAM::Policy");
    const first = { PolicyName: "one", PolicyDocument: readSecret, Roles: [role.physicalId] };
    const created = await policies.create(first, context);
    const second = { ...first, PolicyName: "two" };
    await policies.update(created, second, first, context);
    const list = () => cloud.client.send(new ListRolePoliciesCommand({ RoleName: role.physicalId }));
    expect((await list()).PolicyNames).toEqual(["read", "two"]);
    await policies.delete(created, second, context);
    expect((await list()).PolicyNames).toEqual(["read"]);
  });

  it("take managed policies, whose Ref is the ARN", async () => {
    await using cloud = await startIam();
    const role = await provider(cloud.iam, "AWS::IAM::Role").create({ AssumeRolePolicyDocument: trust }, context);
    const managed = provider(cloud.iam, "AWS::IAM::ManagedPolicy");
    const wanted = { ManagedPolicyName: "m", PolicyDocument: readSecret, Roles: [role.physicalId] };
    const created = await managed.create(wanted, context);
    expect(created.physicalId).toBe(`arn:aws:iam::${account}:policy/m`);
    const list = () => cloud.client.send(new ListAttachedRolePoliciesCommand({ RoleName: role.physicalId }));
    expect((await list()).AttachedPolicies).toEqual([{ PolicyName: "m", PolicyArn: created.physicalId }]);
    await managed.delete(created, wanted, context);
    expect((await list()).AttachedPolicies).toEqual([]);
  });
});
