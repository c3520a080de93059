import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FleetDefinition, names, type StageDefinition } from "#fleet";
import { Member } from "#start/client/member.ts";
import { putCredentials } from "#start/credentials.ts";
import { awaitHealthy } from "#start/probe.ts";
import { type CiRole, openCiRole } from "../stage/ci-role.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";
import { startTraffic } from "../stage/traffic.ts";
import { resourcesOf, stackTimesOf } from "./fleet/census.ts";

const starter = { command: [process.execPath, "packages/starter/main.ts"] } as const;
const base = mapOf({
  notes: echo("notes", { shard: 1 }),
  google_workspace: googleWorkspace({ shard: 2, local: starter }),
  issues: echo("issues", { shard: 3 }),
});
/** As an account has it whose platform team bootstrapped the CDK with a qualifier of its own. */
const bootstrap = { qualifier: "platform" };
const map = withStages({ shards: 3, controls: { bootstrap } });

/** The map with every stage, and some services, changed; controls name what is an account's, so only here. */
function withStages(
  { controls, ...fields }: StageDefinition,
  services: FleetDefinition["services"] = base.services,
): FleetDefinition {
  const stages = Object.entries(base.stages).map(
    ([name, one]) => [name, { ...one, ...fields, ...(name === "local" && controls && { controls }) }] as const,
  );
  return { ...base, services, stages: Object.fromEntries(stages) };
}

const permissionsBoundary = "arn:aws:iam::aws:policy/AdministratorAccess";
const controls = {
  ...{ containerInsights: true, flowLogs: true, permissionsBoundary, encryptionKey: "create", execTranscripts: true },
  accessLogs: { readers: ["arn:aws:iam::000000000000:role/Auditors"] },
  waf: { mode: "block" },
  bootstrap,
} as const;

/** Another port, a third zone, a second node, a balancer more, every control, and nobody pinned any longer. */
const changed = withStages(
  { shards: 4, network: { zones: 3 }, redis: { nodes: 2 }, controls },
  {
    notes: echo("notes", { port: 8100, user: "1000:1000", readOnlyRoot: true }),
    google_workspace: googleWorkspace({ local: starter }),
    issues: echo("issues"),
    memos: echo("memos", { shard: 4 }),
  },
);
/** What stays on when the others go off. */
const kept = { encryptionKey: controls.encryptionKey, accessLogs: controls.accessLogs, bootstrap };
const { google_workspace } = changed.services;
/** What CloudFormation cannot do: another range, another topic, fewer balancers, another balancer, another key of a host. */
const impossible = withStages(
  { shards: 3, network: { cidr: "10.1.0.0/16" }, alarmTopic: "Others", redis: { nodes: 2 }, controls: kept },
  {
    ...(google_workspace && { google_workspace }),
    pads: echo("notes", { port: 8100 }),
    issues: echo("issues", { shard: 1 }),
    memos: echo("memos"),
  },
);
const refusals = [
  /stages\.local\.network\.cidr = 10\.1\.0\.0\/16: .*10\.0\.0\.0\/16/,
  /stages\.local\.alarmTopic = Others: .*MCPAlerts/,
  /stages\.local\.shards = 3: memos is deployed at balancer 4/,
  /services\.issues\.shard = 1: issues is deployed at balancer 3/,
  /services\.pads\.host: notes\.mcp\.localhost is the address of notes/,
];

let stage: FleetStage;
let dns: Route53Client;
let ci: CiRole;
beforeAll(async () => {
  stage = await openStage(map);
  ci = await openCiRole(stage, stage.plan(changed));
  dns = new Route53Client(stage.client);
  await stage.deploy(map);
  await putCredentials(stage.fleet, stage.plan(map));
  for (const service of stage.plan(map).services) await awaitHealthy(stage, service, 30_000);
});
afterAll(() => stage.close());

async function zoneId(): Promise<string | undefined> {
  const { HostedZones = [] } = await dns.send(new ListHostedZonesCommand({}));
  return HostedZones.find(({ Name }) => Name === "localhost.")?.Id;
}

/** How the service `notes` is deployed. */
async function deployedNotes() {
  const command = new DescribeServicesCommand({
    cluster: names.cluster("local"),
    services: [names.service("local", "notes")],
  });
  const { services: [service] = [] } = await new ECSClient(stage.client).send(command);
  return {
    port: service?.loadBalancers?.[0]?.containerPort,
    subnets: service?.networkConfiguration?.awsvpcConfiguration?.subnets?.length,
  };
}

/** What an operator does in the console of Route 53. @returns what puts it back */
async function lead(host: string, shard: number): Promise<() => Promise<unknown>> {
  const elb = new ElasticLoadBalancingV2Client(stage.client);
  const Names = [names.balancer("local", shard)];
  const { LoadBalancers: [balancer] = [] } = await elb.send(new DescribeLoadBalancersCommand({ Names }));
  const HostedZoneId = await zoneId();
  const { ResourceRecordSets = [] } = await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  const record = ResourceRecordSets.find(({ Name }) => Name === `${host}.mcp.localhost.`);
  const upsert = (ResourceRecordSet: typeof record) =>
    dns.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet }] },
      }),
    );
  const AliasTarget = {
    HostedZoneId: balancer?.CanonicalHostedZoneId,
    DNSName: balancer?.DNSName,
    EvaluateTargetHealth: false,
  };
  await upsert({ Name: record?.Name, Type: "A", AliasTarget });
  return () => upsert(record);
}

describe("a stage with three balancers", () => {
  it("[STR-7] serves every address at one port, plain and secure", async () => {
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
    expect((await stage.echo(stage.url("issues"))).service).toBe("issues");
    const redirect = await stage.fetch(stage.plainUrl("issues", "/a?b=c"), { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([301, stage.url("issues", "/a?b=c").href]);
  });

  it("[STR-7] logs a user in at the balancer that has the login, and redirects there from the others", async () => {
    const member = new Member(exampleUsers[0].sub, stage.fetch);
    await member.logIn(stage.url("google", "/mcp"));
    const client = await member.connect(stage.url("google", "/mcp"));
    const { content } = await client.callTool({ name: "whoami", arguments: {} });
    expect(content).toEqual([expect.objectContaining({ text: exampleUsers[0].email })]);
    await client.close();
    const path = "/oauth2/token";
    const away = await stage.fetch(stage.url("issues", path), { redirect: "manual" });
    expect([away.status, away.headers.get("location")]).toEqual([302, stage.url("google", path).href]);
    expect((await stage.echo(stage.url("issues", "/.well-known/oauth-authorization-server"))).service).toBe("issues");
  });

  it("[STR-7] streams events through the door", async () => {
    const response = await stage.fetch(stage.url("issues", "/events"));
    const events = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    expect((await events.read()).value).toBe("data: first\n\n");
    await stage.fetch(stage.url("issues", "/events/next"));
    expect((await events.read()).value).toBe("data: second\n\n");
    expect((await events.read()).done).toBe(true);
  });

  it("[STR-7] follows a record to another balancer, and back", async () => {
    const restore = await lead("notes", 3);
    const elsewhere = await stage.fetch(stage.url("notes"));
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, "No MCP server has this name."]);
    await restore();
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
  });

  it("[STR-7] explains that a host has no record, and answers a request by address as one balancer does", async () => {
    const nobody = await stage.fetch(stage.url("nobody"));
    expect(nobody.status).toBe(404);
    expect(await nobody.text()).toContain("nobody.mcp.localhost");
    const byAddress = await stage.fetch(`https://127.0.0.1:${stage.url("notes").port}/`);
    expect([byAddress.status, await byAddress.text()]).toEqual([404, "No MCP server has this name."]);
  });

  it("[AWS-6] [AWS-9] takes a port, a zone, a node and a balancer more, with every control, and loses no request", async () => {
    const placesOf = () =>
      [...resourcesOf(stage)].flatMap(([where, { type, id }]) =>
        type === "AWS::ElasticLoadBalancingV2::TargetGroup" || type === "AWS::EC2::Subnet" ? [`${where} ${id}`] : [],
      );
    const before = placesOf();
    const traffic = startTraffic(stage, "notes", 20);
    await ci.as("later", () => stage.deploy(changed));
    expect(ci.refused).toEqual([]);
    expect((await traffic.stop()).failures).toEqual([]);
    expect(placesOf()).toEqual(expect.arrayContaining(before));
    expect(placesOf()).toHaveLength(before.length + 3);
    expect((await stage.echo(stage.url("memos"))).service).toBe("memos");
    const types = [...resourcesOf(stage).values()].map(({ type }) => type);
    for (const type of ["AWS::EC2::FlowLog", "AWS::KMS::Key", "AWS::S3::BucketPolicy", "AWS::WAFv2::WebACLAssociation"])
      expect(types).toContain(type);
    expect(await deployedNotes()).toEqual({ port: 8100, subnets: 3 });
  });

  it("[AWS-6] has failover with the deploy after the one that gave Redis its second node, and gives a zone back", async () => {
    const redis = async () => {
      const client = new ElastiCacheClient(stage.client);
      const { ReplicationGroups = [] } = await client.send(new DescribeReplicationGroupsCommand({}));
      return ReplicationGroups.map(({ MemberClusters, AutomaticFailover }) => [
        MemberClusters?.length,
        AutomaticFailover,
      ]);
    };
    expect(await redis()).toEqual([[2, "disabled"]]);
    await stage.deploy(withStages({ shards: 4, redis: { nodes: 2 }, controls: kept }, changed.services));
    expect(await redis()).toEqual([[2, "enabled"]]);
    expect(await deployedNotes()).toEqual({ port: 8100, subnets: 2 });
    // Off again, in the same deploy.
    const types = [...resourcesOf(stage).values()].map(({ type }) => type);
    for (const type of ["AWS::EC2::FlowLog", "AWS::WAFv2::WebACL"]) expect(types).not.toContain(type);
  });

  it("[AWS-9] keeps secrets under its key, which its functions may use by their own rights", async () => {
    const secrets = new SecretsManagerClient(stage.client);
    const { KmsKeyId } = await secrets.send(new DescribeSecretCommand({ SecretId: "/local/mcp/google-oauth" }));
    expect(KmsKeyId).toMatch(/^arn:aws:kms:us-east-1:000000000000:key\//);
    // The deploy that gave the secrets their key gave functions the use of it after that: they may have been refused then.
    const logged = stage.log.length;
    // Of the journal's entries the oldest go, so that their number says nothing.
    const read = new Promise<void>((resolve) => {
      const stop = stage.cloud.journal.subscribe(({ operation, caller = "" }) => {
        if (operation !== "GetSecretValue" || !caller.includes("-settle-secret")) return;
        stop();
        resolve();
      });
    });
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: "/local/mcp/google-oauth" }));
    await secrets.send(new PutSecretValueCommand({ SecretId: "/local/mcp/google-oauth", SecretString }));
    await read;
    expect(stage.log.slice(logged).filter((line) => line.startsWith("refused: ") && line.includes("kms:"))).toEqual([]);
  });

  it("[AWS-6] refuses what CloudFormation cannot do, each with its way, and touches nothing", async () => {
    const before = await stackTimesOf(stage);
    const flat = (text: string) => text.replace(/\s+/g, " ");
    const { code, lines } = await stage.run("deploy", impossible);
    expect(code).toBe(1);
    for (const refusal of refusals) expect(flat(lines.join(" "))).toMatch(refusal);
    expect(flat(lines.join(" "))).toContain("Stage local cannot be deployed yet. Nothing was created.");
    expect(lines.filter((line) => line.includes("remedy: "))).toHaveLength(refusals.length);
    const moved = await stage.run("deploy", { ...changed, subdomain: "tools" });
    expect([moved.code, flat(moved.lines.join(" "))]).toEqual([
      1,
      expect.stringContaining("domain: the services would move"),
    ]);
    expect(await stackTimesOf(stage)).toEqual(before);
    const { out } = await operatorOf(stage, impossible)(["diff"]);
    for (const refusal of refusals) expect(flat(out)).toMatch(refusal);
  });

  it("[AWS-9] is removed with its key and its logs by the rights of a later deploy", async () => {
    const last = withStages({ shards: 4, redis: { nodes: 2 }, controls: kept }, changed.services);
    expect((await ci.as("later", () => stage.run("remove", last))).code).toBe(0);
    expect(ci.refused).toEqual([]);
    expect(stage.cloud.cloudFormation.stacks().map(({ name }) => name)).toEqual([
      "CDKToolkit-platform",
      "SSTBootstrap",
    ]);
  });
});
