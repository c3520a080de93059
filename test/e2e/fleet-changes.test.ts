import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudFormationClient, DeleteStackCommand } from "@aws-sdk/client-cloudformation";
import { ECSClient, waitUntilServicesStable } from "@aws-sdk/client-ecs";
import { GetRolePolicyCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import { type CiRole, openCiRole } from "../stage/ci-role.ts";
import { firstEvent, startConsoleCommand } from "../stage/console-command.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { canListResidents, residentsOf } from "../stage/residents.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";
import { startTraffic } from "../stage/traffic.ts";
import { runCdk } from "./fleet/cdk.ts";
import { functionFoldersOf, resourcesOf, secretVersionsOf, stackTimesOf } from "./fleet/census.ts";
import { gatherEvidence } from "./fleet/evidence.ts";
import { seedForeignSecret } from "./fleet/foreign-secret.ts";
import { makeOwnNetwork } from "./fleet/own-network.ts";
import { unprovokedByDeploys } from "./fleet/unprovoked.ts";

/** What an operator puts in place of the placeholders, to be found again wherever it should not be. */
const client = { id: `${randomUUID()}.apps.googleusercontent.com`, secret: `GOCSPX-${randomUUID()}` };
const canaries = { GOOGLE_OAUTH_CLIENT_ID: client.id, GOOGLE_OAUTH_CLIENT_SECRET: client.secret };
const values = Object.values(canaries);

const first = mapOf({ google_workspace: googleWorkspace(), notes: echo("notes") });
/** One more service, with everything an entry can ask for, and a secret of its own. */
const grown: FleetDefinition = {
  ...first,
  secrets: {
    ...first.secrets,
    slack: { description: "Slack's bot token", keys: { SLACK_BOT_TOKEN: { placeholder: "xoxb-replace-me" } } },
  },
  services: {
    ...first.services,
    slack: echo("slack", { secrets: ["slack"], sessions: true, audit: { source: "mcp-slack" } }),
  },
};
/** The service is removed again; its secret is its own entry, and stays. */
const shrunk: FleetDefinition = { ...grown, services: first.services };

let stage: FleetStage;
let ci: CiRole;
beforeAll(async () => {
  stage = await openStage(first, "local", "new");
  ci = await openCiRole(stage, stage.plan(first));
});
afterAll(() => stage.close());

/** What one service of the map is made of. */
const typesOfService = [
  // Six of its own, one for slow requests, seven windows of one for failed requests, two on its size, two on releases.
  ...Array.from({ length: 18 }, () => "AWS::CloudWatch::Alarm"),
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::ECS::Service",
  "AWS::ECS::TaskDefinition",
  "AWS::ElasticLoadBalancingV2::ListenerRule",
  "AWS::ElasticLoadBalancingV2::TargetGroup",
  "AWS::IAM::Role",
  "AWS::Logs::LogGroup",
  "AWS::Route53::RecordSet",
];

type Resources = ReturnType<typeof resourcesOf>;

/** Types of the resources that are in `all` and not in `some`. */
function typesMissingFrom(some: Resources, all: Resources): readonly string[] {
  return [...all].flatMap(([key, { type }]) => (some.has(key) ? [] : [type])).toSorted();
}

async function taskPids(): Promise<readonly number[]> {
  const hosts = ["google", "notes"];
  return Promise.all(hosts.map(async (host) => (await stage.echo(stage.url(host))).pid));
}

async function executionPolicy(): Promise<string | undefined> {
  const iam = new IAMClient(stage.client);
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const role = Roles.find(({ RoleName }) => RoleName?.includes("ExecutionRole"));
  const { PolicyDocument } = await iam.send(
    new GetRolePolicyCommand({ RoleName: role?.RoleName, PolicyName: "start" }),
  );
  return PolicyDocument;
}

// Each test continues from where the previous one left the fleet.
describe("a fleet and its map", () => {
  it("[AWS-2] leaves nothing behind when its first deploy is given up while the certificate waits", async () => {
    stage.cloud.acm.setDelegated(false);
    const deploy = ci.as("first", () => stage.run("deploy", first));
    const StackName = "local-mcp-fleet-Dns";
    // What the operator sees meanwhile.
    await vi.waitFor(
      async () =>
        expect(await readFile(join(stage.project.folder, ".mcp-fleet", "deploy.log"), "utf8")).toMatch(
          /waits until localhost leads to its zone\. Set these name servers at its registrar:\n {2}ns-\d+\.awsdns/,
        ),
      { timeout: 240_000, interval: 100 },
    );
    await new CloudFormationClient(stage.client).send(new DeleteStackCommand({ StackName }));
    expect((await deploy).code).toBe(1);
    expect(stage.cloud.cloudFormation.stacks().map(({ name }) => name)).not.toContain(StackName);
    stage.cloud.acm.setDelegated(true);
  });

  it("[AWS-3] is deployed from nothing by the real sst, with the rights of a first deploy", async () => {
    await ci.as("first", () => stage.deploy(first));
    const stacks = stage.cloud.cloudFormation.stacks();
    expect(stacks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["CDKToolkit", "SSTBootstrap", "local-mcp-fleet-Services", "local-mcp-fleet-Alarms"]),
    );
    expect(stacks.filter(({ status }) => status !== "CREATE_COMPLETE")).toEqual([]);
    for (const host of ["google", "notes"]) expect((await stage.echo(stage.url(host))).service).toBe(host);
  });

  it("lets the seed function seed secrets, and denies it anything else", async () => {
    const calls = () =>
      stage.cloud.journal
        .entries()
        .filter(({ caller }) => caller?.includes("/local-mcp-seed-secret") === true)
        .map(({ operation, errorCode }) => (errorCode === undefined ? operation : `${operation} ${errorCode}`));
    expect(new Set(calls())).toEqual(new Set(["DescribeSecret", "PutSecretValue"]));
    const answer = await seedForeignSecret(stage);
    expect(answer).toMatchObject({ Status: "FAILED", Reason: expect.stringMatching(/^AccessDeniedException;/) });
    expect(calls().at(-1)).toBe("DescribeSecret AccessDeniedException");
  });

  it("[ROT-2] [SEC-5] [RUN-6] rolls the services of a secret that an operator changed, and no others", async () => {
    const [, notes] = await taskPids();
    // The fleet rolls nothing onto a value that Google would refuse.
    stage.fleet.google.putClient({ id: client.id, secrets: [client.secret], redirectUris: [] });
    const secrets = new SecretsManagerClient(stage.client);
    const SecretString = JSON.stringify(canaries);
    await secrets.send(new PutSecretValueCommand({ SecretId: "/local/mcp/google-oauth", SecretString }));
    const injected = async (name: string) =>
      (await stage.fetch(stage.url("google", `/environment?name=${name}`))).text();
    await vi.waitFor(async () => expect(await Promise.all(Object.keys(canaries).map(injected))).toEqual(values), {
      timeout: 60_000,
      interval: 100,
    });
    const services = { cluster: "local-mcp-cluster", services: ["local-mcp-google-workspace"] };
    const ecs = new ECSClient(stage.client);
    await waitUntilServicesStable({ client: ecs, maxWaitTime: 60, minDelay: 0.25, maxDelay: 0.25 }, services);
    expect((await taskPids())[1]).toBe(notes);
  });

  it("[SEC-3] is not touched by a second deploy, nor are the values an operator set", async () => {
    const before = [resourcesOf(stage), await stackTimesOf(stage), await secretVersionsOf(stage), await taskPids()];
    await stage.deploy(first);
    const after = [resourcesOf(stage), await stackTimesOf(stage), await secretVersionsOf(stage), await taskPids()];
    expect(after).toEqual(before);
  });

  it("[SEC-5] shows a secret's values nowhere but in the environment of its tasks", async () => {
    const evidence = await gatherEvidence(stage);
    const showing = (words: string) => evidence.flatMap(({ name, text }) => (text.includes(words) ? [name] : []));
    expect(showing("/local/mcp/google-oauth")).toContain("template of local-mcp-fleet-Secrets");
    expect(values.flatMap(showing)).toEqual([]);
  });

  it("[MAP-1] [SEC-6] grows by exactly what one more entry yields, and nothing else notices", async () => {
    const [before, pids, policy] = [resourcesOf(stage), await taskPids(), await executionPolicy()];
    const traffic = startTraffic(stage, "notes", 20);
    await ci.as("later", () => stage.deploy(grown));
    const after = resourcesOf(stage);
    expect(typesMissingFrom(after, before)).toEqual([]);
    expect(typesMissingFrom(before, after)).toEqual([
      ...typesOfService,
      "AWS::SecretsManager::Secret",
      "Custom::FirstSecretValue",
    ]);
    expect(policy).toContain("ReadSecrets");
    expect(await executionPolicy()).toBe(policy);
    expect(await taskPids()).toEqual(pids);
    expect((await traffic.stop()).failures).toEqual([]);

    const environment = async (name: string) =>
      (await stage.fetch(stage.url("slack", `/environment?name=${name}`))).text();
    expect(await environment("SLACK_BOT_TOKEN")).toBe("xoxb-replace-me");
    expect(await environment("REDIS_USE_TLS")).toBe("true");
    expect(await environment("SPLUNK_SOURCE")).toBe("mcp-slack");
  });

  it("[AWS-3] is read with the rights to read, and not with one less", async () => {
    const fleet = operatorOf(stage, grown);
    const commands = [
      ["status"],
      ["diff"],
      ["alarms", "list"],
      ["secrets", "list"],
      ["logs", "notes", "--since", "1h"],
      ["history", "notes"],
    ];
    await ci.as("read", async () => {
      for (const command of commands) {
        const { out, err } = await fleet(command);
        expect(out + err, command.join(" ")).not.toContain("not allowed");
      }
      expect((await fleet(["doctor", "--timeout", "2s"])).out).not.toMatch(/not\s+allowed|Not checked/);
      const page = await startConsoleCommand(stage);
      await firstEvent(page.url, "services");
      const tools = await fetch(new URL("/tools?service=notes&span=1h", page.url));
      expect([tools.status, await tools.json()]).toEqual([200, expect.objectContaining({ marks: expect.any(Array) })]);
      await page.interrupt();
    });
    const denied = await ci.as("read", () => fleet(["status"]), ["Tasks"]);
    expect(denied).toMatchObject({
      code: 1,
      err: expect.stringContaining("not allowed to do that: ecs:DescribeServices"),
    });
  });

  it("[OPS-1] is shown by a console that was open before the map was saved, and a mistake in it changes nothing", async () => {
    const page = await startConsoleCommand(stage);
    const keys = async () => {
      const event = await firstEvent(page.url, "services");
      return event.kind === "services" ? event.services.map(({ key }) => key) : [];
    };
    const before = await keys();
    await stage.project.writeMap({ ...grown, services: { ...grown.services, later: echo("notes") } });
    await vi.waitFor(() => expect(page.said.join(" ")).toContain("was saved, and is left out"), 30_000);
    expect(await keys()).toEqual(before);
    await stage.project.writeMap({ ...grown, services: { ...grown.services, later: echo("later") } });
    await vi.waitFor(async () => expect(await keys()).toEqual([...before, "later"]), 30_000);
    await stage.project.writeMap(grown);
    expect((await page.interrupt()).said.join(" ")).toContain("was saved: the page shows what it says now");
  });

  it("[MAP-3] stays as it is when an entry is wrong, and the deploy says what to do", async () => {
    const before = [resourcesOf(stage), await stackTimesOf(stage), await taskPids()];
    const { code, lines } = await stage.run("deploy", {
      ...grown,
      services: { ...grown.services, slack: echo("notes", { cpu: 300 }) },
    });
    expect(code).not.toBe(0);
    const said = lines.join("\n");
    expect(said).toMatch(/services\.slack\.cpu = 300\n\s+allowed: .+\n\s+remedy: .+/);
    expect(said).toMatch(/services\.slack\.host = "notes"\n\s+allowed: .+\n\s+remedy: .+/);
    expect(said).not.toMatch(/^\s+at .+:\d+/m);
    expect([resourcesOf(stage), await stackTimesOf(stage), await taskPids()]).toEqual(before);
  });

  it("[MAP-2] [ECS-10] shrinks by exactly what the entry yielded when it is removed", async () => {
    const before = resourcesOf(stage);
    const pids = await taskPids();
    const { pid } = await stage.echo(stage.url("slack"));
    const traffic = startTraffic(stage, "notes", 20);
    await ci.as("later", () => stage.deploy(shrunk));
    const after = resourcesOf(stage);
    expect(typesMissingFrom(before, after)).toEqual([]);
    expect(typesMissingFrom(after, before)).toEqual(typesOfService);
    expect((await stage.fetch(stage.url("slack"))).status).toBe(404);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await taskPids()).toEqual(pids);
    expect((await traffic.stop()).failures).toEqual([]);
  });

  it("[ECS-8] goes back when this machine lacks the service's program, and the deploy says so", async () => {
    const pids = await taskPids();
    const notes = echo("notes", { local: { command: ["no-such-program"] } });
    const map = { ...shrunk, services: { ...shrunk.services, notes } };
    const { code, lines } = await ci.as("later", () => stage.run("deploy", map));
    expect(code).not.toBe(0);
    expect(lines.join("\n")).toMatch(/✘ notes did not start: exec: "no-such-program"[\s\S]+CannotStartContainerError/);
    expect(await taskPids()).toEqual(pids);
  });

  it("[ECS-8] [ECS-10] rolls a service whose entry changed without a failed request, and parks another", async () => {
    const [, before = 0] = await taskPids();
    const resources = resourcesOf(stage);
    const traffic = startTraffic(stage, "notes", 50);
    const notes = echo("notes", { environment: { GREETING: "hello from {url}" } });
    await stage.deploy({ ...shrunk, services: { google_workspace: googleWorkspace({ desiredCount: 0 }), notes } });
    const { pid: after } = await stage.echo(stage.url("notes"));
    const { failures, pids } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(pids).toEqual([before, after]);
    expect(() => process.kill(before, 0)).toThrow("ESRCH");
    const greeting = await stage.fetch(stage.url("notes", "/environment?name=GREETING"));
    expect(await greeting.text()).toBe(`hello from ${stage.url("notes").origin}`);

    expect((await stage.fetch(stage.url("google", "/mcp"))).status).toBe(503);
    // Another task definition is another resource: its content is in its id.
    const idsOf = (all: Resources) => [...all.keys()].filter((id) => !id.includes("TaskDefinition")).toSorted();
    expect(idsOf(resourcesOf(stage))).toEqual(idsOf(resources));
  });

  it("[AWS-2] is gone after sst remove, its own zone too, and its processes with it", async () => {
    const { code, lines } = await ci.as("later", () => stage.run("remove", shrunk));
    expect(lines.join("\n")).not.toMatch(/failed/i);
    expect(code).toBe(0);
    const left = stage.cloud.cloudFormation.stacks().map(({ name }) => name);
    expect(left.toSorted()).toEqual(["CDKToolkit", "SSTBootstrap"]);
    if (!canListResidents) return;
    const bootstrap = await functionFoldersOf(stage);
    await vi.waitFor(async () => {
      const residents = await residentsOf(stage.project.folder);
      expect(residents.filter(({ cwd }) => !bootstrap.includes(cwd))).toEqual([]);
    });
  });

  it("[AWS-3] had all rights it needs, and to deploy no other but those that nothing asks for here", () => {
    expect(ci.refused).toEqual([]);
    expect(ci.uncalled("first", "later")).toEqual(Object.values(unprovokedByDeploys).flat().sort());
  });

  it("[AWS-7] is deployed into a VPC that exists, and leaves it as it was", async () => {
    const own = await makeOwnNetwork(stage);
    const before = [await own.census(), await stackTimesOf(stage)];
    const inside = (tier: string): FleetDefinition => {
      const privateSubnets = { tag: "Tier", value: tier };
      const vpc = { id: own.vpc, publicSubnets: own.publicSubnets, privateSubnets };
      return { ...first, stages: { ...first.stages, local: { ...first.stages.local, adopt: { vpc } } } };
    };
    const refused = await stage.run("deploy", inside("public"));
    expect([refused.code, refused.lines.join(" ")]).toEqual([
      1,
      expect.stringMatching(
        /adopt\.vpc\.privateSubnets: subnet-\w+ has a default route to igw-\w+, and needs one to a NAT/,
      ),
    ]);
    expect([await own.census(), await stackTimesOf(stage)]).toEqual(before);
    await stage.deploy(inside("private"));
    for (const host of ["google", "notes"]) expect((await stage.echo(stage.url(host))).service).toBe(host);
    const made = stage.cloud.cloudFormation.stacks().find(({ name }) => name === "local-mcp-fleet-Network");
    expect(made?.resources.map(({ type }) => type)).toEqual(["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroup"]);
    expect((await stage.run("remove", inside("private"))).code).toBe(0);
    expect(await own.census()).toEqual(before[0]);
  });

  it("[AWS-8] is deployed by cdk alone, to the same stacks", async () => {
    const { code, lines } = await stage.run("build", first);
    expect(code, lines.join("\n")).toBe(0);
    const everything = ["--all", "--require-approval", "never", "--concurrency", "4", "--no-notices"];
    await runCdk(stage, ["deploy", "--app", ".sst/dist", ...everything]);
    for (const host of ["google", "notes"]) expect((await stage.echo(stage.url(host))).service).toBe(host);
    const times = await stackTimesOf(stage);
    await stage.deploy(first);
    expect(await stackTimesOf(stage)).toEqual(times);
  });

  it("leaves no process behind when it ends", needs("/proc"), async () => {
    expect(await stage.close()).toEqual([]);
  });
});
