import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateSnapshotCommand, DescribeSnapshotsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { journey } from "@mcp-fleet/testing/journey.ts";
import * as v from "valibot";
import { afterAll, beforeAll, expect, vi } from "vitest";
import type { FleetDefinition, StageDefinition } from "#fleet";
import { Member } from "#start/client/member.ts";
import { putCredentials } from "#start/credentials.ts";
import { canaries } from "../fixture/terraform.ts";
import { googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf, type Said } from "../stage/operator.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";
import { makeOldSetUp, type OldSetUp } from "./move/old-set-up.ts";

const command = ["node", "packages/starter/main.ts"] as const;
const own = mapOf({ google_workspace: googleWorkspace({ local: { command } }) });
const keys = {
  SESSION_ENCRYPTION_KEY: "the-key-of-the-old-containers-0123456789",
  FASTMCP_SERVER_AUTH_GOOGLE_JWT_SIGNING_KEY: "the-other-key-of-the-old-containers-0123456789",
};

/** The map with the stage that comes, as it is at a step of the document. */
function mapWith(fields: StageDefinition): FleetDefinition {
  const live: StageDefinition = {
    runsOn: "loopback",
    profile: "durable",
    probe: false,
    network: { natGateways: 1 },
    ...fields,
  };
  return { ...own, stages: { live } };
}

let stage: FleetStage;
let old: OldSetUp;
let deployed = mapWith({});
beforeAll(async () => {
  stage = await openStage(deployed, "live");
  const credentials = stage.fleet.credentialsFor(stage.plan(deployed));
  const { "google-oauth": google = {}, splunk = {} } = credentials;
  const secrets = { "google-oauth": google, splunk, "session-keys": keys };
  old = await makeOldSetUp(stage, { secrets, source: "mcp-google-old", command });
});
afterAll(() => stage.close());

const adopted = () => ({ hostedZone: { id: old.zoneId, name: "localhost" }, redisSnapshot: "before-the-move" });
const beside = (recordWeight: number, adopt: StageDefinition["adopt"] = {}): StageDefinition => ({
  alarmTopic: "MCPAlerts-live",
  recordWeight,
  adopt: { ...adopted(), ...adopt },
});

async function deploy(fields: StageDefinition): Promise<void> {
  deployed = mapWith(fields);
  await stage.deploy(deployed);
}

async function check(fields: StageDefinition): Promise<Said & { readonly collisions: readonly string[] }> {
  const file = join(stage.project.folder, "terraform.tfstate");
  await writeFile(file, old.state());
  const map = mapWith(fields);
  const said = await operatorOf(stage, map)(["move", "check", file, "--stage", "live", "--json"], { map });
  for (const canary of canaries) expect(said.out + said.err).not.toContain(canary);
  const { findings } = v.parse(Findings, JSON.parse(said.out));
  return {
    ...said,
    collisions: findings.flatMap(({ verdict, evidence }) => (verdict === "collides" ? [evidence] : [])),
  };
}
const Findings = v.object({ findings: v.array(v.object({ verdict: v.string(), evidence: v.string() })) });

const mcp = () => stage.url("google", "/mcp");
/** A user with a client that is connected, and what its calls met. */
async function arrive(user: number) {
  const member = new Member(exampleUsers[user]?.sub ?? "", stage.fetch);
  await member.logIn(mcp());
  const client = await member.connect(mcp());
  return {
    call: async () => (await client.callTool({ name: "whoami", arguments: {} })).content,
    is: [expect.objectContaining({ text: exampleUsers[user]?.email })],
    end: () => client.close(),
  };
}

/** By whom the last call was answered: each side's audit trail has a source of its own. */
async function servedBy(who: Awaited<ReturnType<typeof arrive>>): Promise<unknown> {
  // A rotation proves tokens with events of its own.
  const audited = () => stage.fleet.hec.search({ index: "mcp_audit" });
  const answers = () => audited().filter(({ source }) => source?.startsWith("mcp-google"));
  const known = answers().length;
  expect(await who.call()).toEqual(who.is);
  return vi.waitFor(
    () => {
      const [event] = answers().slice(known);
      expect(event).toBeDefined();
      return event?.source;
    },
    { timeout: 30_000, interval: 50 },
  );
}

/** Somebody who works all the time. */
function work({ call }: Awaited<ReturnType<typeof arrive>>) {
  const failures: string[] = [];
  let calls = 0;
  let ended = false;
  const whole = (async () => {
    while (!ended) {
      await call().catch((error: unknown) => failures.push(String(error)));
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      ended = true;
      await whole;
      return { calls, failures };
    },
  };
}

let ada: Awaited<ReturnType<typeof arrive>>;
let traffic: ReturnType<typeof work>;

journey(
  "[AWS-11] the move from Terraform, with people at work all the while,",
  { timeout: 300_000 },
  {
    async "is told what collides before anything is done"() {
      ada = await arrive(0);
      expect(await servedBy(ada)).toBe("mcp-google-old");
      traffic = work(ada);
      const { code, collisions } = await check({});
      expect(code).toBe(1);
      expect(collisions.join("\n")).toMatch(/Terraform's record has no weight/);
      expect(collisions.join("\n")).toMatch(/adopt\.hostedZone|Terraform's zone/);
      expect(collisions.join("\n")).toMatch(/the topic MCPAlerts/);
    },

    async "gives the old record a weight, takes a snapshot, and collides no more"() {
      await old.giveWeight(1);
      expect((await check(beside(0))).collisions).toEqual([expect.stringContaining("there is no such snapshot")]);
      const elasticache = new ElastiCacheClient(stage.client);
      const [SnapshotName, ReplicationGroupId] = ["before-the-move", "prod-mcp-redis"];
      await elasticache.send(new CreateSnapshotCommand({ SnapshotName, ReplicationGroupId }));
      await vi.waitFor(async () => {
        const { Snapshots: [snapshot] = [] } = await elasticache.send(new DescribeSnapshotsCommand({ SnapshotName }));
        expect(snapshot?.SnapshotStatus).toBe("available");
      }, 30_000);
      expect(await check(beside(0))).toMatchObject({ code: 0, collisions: [] });
    },

    async "stands beside the old set-up, which goes on serving"() {
      await deploy(beside(0));
      await putCredentials(stage.fleet, stage.plan(deployed));
      const args = ["secrets", "set", "session-keys", "--from-file", "-", "--stage", "live"];
      expect(await operatorOf(stage, deployed)(args, { stdin: JSON.stringify(keys) })).toMatchObject({ code: 0 });
      expect(await servedBy(ada)).toBe("mcp-google-old");
    },

    async "is served by the stage once its records weigh, and logins go on"() {
      await settled();
      await deploy(beside(255));
      expect(await servedBy(ada)).toBe("mcp-google");
      await old.giveWeight(0);
      const grace = await arrive(1);
      expect(await servedBy(grace)).toBe("mcp-google");
      await grace.end();
      expect(await check(beside(255))).toMatchObject({ code: 0 });
    },

    async "goes one step back, and finds the old set-up as it was"() {
      await old.giveWeight(1);
      await deploy(beside(0));
      expect(await servedBy(ada)).toBe("mcp-google-old");
      expect((await check(beside(0))).code).toBe(0);
    },

    async "goes forward again, and takes the address along once the old gateway is gone"() {
      await deploy(beside(255));
      await old.giveWeight(0);
      const addresses = old.addresses.map(({ id }) => id);
      const refused = await stage.run("deploy", mapWith(beside(255, { addresses })));
      expect([refused.code, refused.lines.join(" ").replace(/\s+/g, " ")]).toEqual([
        1,
        expect.stringMatching(/is in use by eni-/),
      ]);
      await old.deleteGateway();
      await deploy(beside(255, { addresses }));
      expect(await servedBy(ada)).toBe("mcp-google");
    },

    async "has lost nobody's call"() {
      const { calls, failures } = await traffic.stop();
      await ada.end();
      expect(failures).toEqual([]);
      expect(calls).toBeGreaterThan(20);
    },
  },
);

/** Until the stage's tasks run on the secrets that were put. */
async function settled(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { out } = await operatorOf(stage, deployed)(["secrets", "list", "--json", "--stage", "live"]);
      const { secrets } = v.parse(States, JSON.parse(out));
      expect(secrets.filter(({ usedBy, state }) => usedBy.length > 0 && state !== "settled")).toEqual([]);
    },
    { timeout: 90_000, interval: 250 },
  );
}
const States = v.object({
  secrets: v.array(v.object({ key: v.string(), state: v.string(), usedBy: v.array(v.string()) })),
});
