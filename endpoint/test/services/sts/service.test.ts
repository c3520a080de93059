import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { createIdentities } from "#endpoint/core/identities.ts";
import { startEndpoint } from "#endpoint/core/server.ts";
import { createIam } from "#endpoint/services/iam/service.ts";
import { createSts } from "#endpoint/services/sts/service.ts";
import { account, clientOptions } from "../../core/cloud.ts";

const trusting = (Principal: Readonly<Record<string, string>>) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] });
const arnOf = (role: string) => `arn:aws:iam::${account}:role/${role}`;

/** STS and IAM on a clock that the test turns. */
async function startSts() {
  const clock = { time: Date.now(), now: () => clock.time };
  const identities = createIdentities({ account, clock });
  const place = { account };
  const iam = createIam({ place, clock });
  const sts = createSts({ place, clock, identities, roles: iam.roles, authorizer: iam.authorizer });
  const services = [iam.service, sts.service];
  const endpoint = await startEndpoint({
    port: 0,
    services,
    identities,
    authorizer: iam.authorizer,
    log: () => undefined,
  });
  const operator = new STSClient(clientOptions(endpoint.url));
  const roles = new IAMClient(clientOptions(endpoint.url));
  const createRole = (RoleName: string, trust: string, MaxSessionDuration = 3600) =>
    roles.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, MaxSessionDuration }));

  async function assume(role: string, by = operator, DurationSeconds = 900) {
    const command = new AssumeRoleCommand({ RoleArn: arnOf(role), RoleSessionName: "deploy", DurationSeconds });
    const answer = await by.send(command);
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = answer.Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { answer, client: new STSClient(clientOptions(endpoint.url, credentials)) };
  }
  return { ...endpoint, clock, operator, roles, createRole, assume, [Symbol.asyncDispose]: () => endpoint.close() };
}

const whoAmI = (client: STSClient) => client.send(new GetCallerIdentityCommand({}));

describe("sts", () => {
  it("distinguishes the operator from an assumed role", async () => {
    await using cloud = await startSts();
    await cloud.createRole("deploy", trusting({ AWS: account }));
    expect(await whoAmI(cloud.operator)).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/operator`,
    });
    const { answer, client } = await cloud.assume("deploy");
    expect(answer.Credentials?.Expiration).toEqual(new Date(cloud.clock.time + 900_000));
    expect(await whoAmI(client)).toMatchObject({
      Arn: `arn:aws:sts::${account}:assumed-role/deploy/deploy`,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
  });

  it("ends a session when its time is up", async () => {
    await using cloud = await startSts();
    await cloud.createRole("deploy", trusting({ AWS: account }));
    const { client } = await cloud.assume("deploy");
    cloud.clock.time += 900_000;
    await expect(whoAmI(client)).rejects.toMatchObject({ name: "ExpiredToken" });
  });

  it.each([
    ["a role that is not there", "missing"],
    ["a role that trusts a service only", "service"],
  ])("refuses %s in the same words", async (_name, role) => {
    await using cloud = await startSts();
    await cloud.createRole("service", trusting({ Service: "lambda.amazonaws.com" }));
    await expect(cloud.assume(role)).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: arn:aws:iam::${account}:user/operator is not authorized to perform: sts:AssumeRole on resource: ${arnOf(role)}`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  it("lets a role assume one that names it, and one that trusts the account only if a policy allows it", async () => {
    await using cloud = await startSts();
    await cloud.createRole("deploy", trusting({ AWS: `arn:aws:iam::${account}:root` }));
    await cloud.createRole("named", trusting({ AWS: arnOf("deploy") }));
    await cloud.createRole("trusting", trusting({ AWS: `arn:aws:iam::${account}:root` }));
    const { client } = await cloud.assume("deploy");
    await cloud.assume("named", client);
    await expect(cloud.assume("trusting", client)).rejects.toMatchObject({ name: "AccessDenied" });
    const statement = { Effect: "Allow", Action: "sts:AssumeRole", Resource: arnOf("trusting") };
    const PolicyDocument = JSON.stringify({ Statement: statement });
    await cloud.roles.send(new PutRolePolicyCommand({ RoleName: "deploy", PolicyName: "p", PolicyDocument }));
    await cloud.assume("trusting", client);
  });

  it("keeps to the role's session limit, and to an hour when chained", async () => {
    await using cloud = await startSts();
    await cloud.createRole("deploy", trusting({ AWS: "*" }), 7200);
    await expect(cloud.assume("deploy", cloud.operator, 7201)).rejects.toMatchObject({ name: "ValidationError" });
    const { client } = await cloud.assume("deploy", cloud.operator, 7200);
    await expect(cloud.assume("deploy", client, 3601)).rejects.toMatchObject({
      message: expect.stringContaining("1 hour session limit"),
    });
  });
});
