import { fileURLToPath } from "node:url";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  DescribeSecretCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { chatNames } from "@mcp-fleet/endpoint/doubles/chat-page";
import { Redis } from "ioredis";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { documents } from "#cli/schema/documents.ts";
import { columns } from "#cli/table.ts";
import type { FleetDefinition } from "#fleet";
import { settlingTag } from "#rotation/labels.ts";
import { openCiRole } from "../stage/ci-role.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";

const good = "works-7";
const program = fileURLToPath(new URL("../stage/echo.ts", import.meta.url));
// It starts with any token, is healthy, and answers no call with a wrong one.
const menu = `process.env.ECHO_STATUS = process.env.MENU_TOKEN === "${good}" ? "200" : "500"; process.argv[1] = "echo"; await import(${JSON.stringify(program)});`;

const services = {
  google_workspace: googleWorkspace(),
  menu: echo("menu", {
    secrets: ["menu"],
    sessions: "none",
    desiredCount: 2,
    local: { command: [process.execPath, "--input-type=module", "-e", menu, "menu"] },
  }),
};
const base = mapOf(services);
const map: FleetDefinition = {
  ...base,
  secrets: {
    ...base.secrets,
    menu: {
      description: "What the menu is asked for with",
      keys: { MENU_TOKEN: { placeholder: "replace-me" } },
      rotation: { declined: "A person gets it from the kitchen." },
    },
  },
};

let stage: FleetStage;
let fleet: ReturnType<typeof operatorOf>;
let secrets: SecretsManagerClient;
let redis: Redis | undefined;

beforeAll(async () => {
  stage = await openStage(map, "local", "bootstrapped", "watched");
  fleet = operatorOf(stage, map);
  secrets = new SecretsManagerClient(stage.client);
  await stage.deploy(map);
  const put = (SecretId: string, value: object) =>
    secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  await put("/local/mcp/chat", stage.fleet.chats.secret);
  await put("/local/mcp/menu", { MENU_TOKEN: good });
  // Its first value is rolled out before anything is broken.
  await vi.waitFor(
    async () => {
      const { VersionIdsToStages = {} } = await secrets.send(
        new DescribeSecretCommand({ SecretId: "/local/mcp/menu" }),
      );
      const stages = Object.values(VersionIdsToStages).find((labels) => labels.includes("AWSCURRENT"));
      expect(stages).toContain("settled");
      expect(await (await stage.fetch(stage.url("menu", "/environment?name=MENU_TOKEN"))).text()).toBe(good);
    },
    { timeout: 90_000, interval: 250 },
  );
  const { ReplicationGroups } = await new ElastiCacheClient(stage.client).send(
    new DescribeReplicationGroupsCommand({}),
  );
  const { Address: host = "", Port: port = 0 } = ReplicationGroups?.[0]?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
  redis = new Redis({ host, port, tls: { ca: stage.cloud.authority.ca } });
  for (let id = 0; id < 12; id++) await redis?.hset(`session:${id}`, { user: "ada", id });
});
afterAll(async () => {
  redis?.disconnect();
  expect(await stage.close()).toEqual([]);
});

const current = async (SecretId: string) => {
  const { Versions = [] } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId }));
  return Versions.find(({ VersionStages = [] }) => VersionStages.includes("AWSCURRENT"))?.VersionId;
};
const taskDefinition = async () => {
  const command = new DescribeServicesCommand({ cluster: "local-mcp-cluster", services: ["local-mcp-menu"] });
  return (await new ECSClient(stage.client).send(command)).services?.[0]?.taskDefinition;
};
/** What a drill must leave as it was. */
const standing = async () => {
  const elastiCache = new ElastiCacheClient(stage.client);
  const [groups, snapshots] = await Promise.all([
    elastiCache.send(new DescribeReplicationGroupsCommand({})),
    elastiCache.send(new DescribeSnapshotsCommand({})),
  ]);
  return {
    taskDefinition: await taskDefinition(),
    chat: await current("/local/mcp/chat"),
    menu: await current("/local/mcp/menu"),
    groups: groups.ReplicationGroups?.map(({ ReplicationGroupId }) => ReplicationGroupId),
    snapshots: snapshots.Snapshots ?? [],
    keys: await redis?.dbsize(),
  };
};
const heard = (chat: (typeof chatNames)[number]) =>
  JSON.stringify(stage.fleet.chats.list(chat).map(({ payload }) => payload));

describe("[REL-8] fleet drill", () => {
  it("[REL-1] breaks a stage five ways, sees each mended and the people told, and leaves it as it was", {
    timeout: 900_000,
  }, async () => {
    const role = await openCiRole(stage, stage.plan(map));
    const before = await standing();
    const { code, out, err } = await role.as("drill", () =>
      fleet(["drill", "--service", "menu", "--secret", "menu", "--timeout", "150s", "--json"]),
    );
    const { steps, ...report } = v.parse(documents.drill, JSON.parse(out));
    const verdicts = steps.map(({ step, verdict, text, left }) => ({ step, verdict, text, left }));
    expect(verdicts, err).toMatchObject([
      {
        step: "tasks",
        verdict: "passed",
        text: expect.stringMatching(/^1 of 2 stopped; 2 healthy again after \d+ s\.$/),
      },
      {
        step: "release",
        verdict: "passed",
        text: expect.stringMatching(/^rolled back: releaseErrors; revision 1 serves again/),
      },
      { step: "chat", verdict: "passed", text: expect.stringMatching(/^slack .*nothing was lost\.$/) },
      { step: "sessions", verdict: "passed", text: expect.stringMatching(/^12 of 12 keys came back, in \d+ s\.$/) },
      { step: "secret", verdict: "passed", text: expect.stringMatching(/^Back at version .* is marked as bad\.$/) },
    ]);
    expect(verdicts.flatMap(({ left }) => left)).toEqual([]);
    expect({ code, ...report }).toEqual({ code: 0, stage: "local", service: "menu", passed: true });
    // A release, and a value that passes its health checks, are taken back by what they do to people.
    const people = new Map(steps.map(({ step, people }) => [step, people]));
    for (const step of ["release", "secret"]) {
      expect(people.get(step)?.failed, step).toBeGreaterThan(0);
      expect(people.get(step)?.hurtMs, step).toBeLessThan(60_000);
    }
    for (const step of ["chat", "sessions"]) expect(people.get(step), step).toMatchObject({ failed: 0 });
    expect(await standing()).toEqual(before);
    for (const chat of chatNames) {
      expect(heard(chat), chat).toContain("Rolled back, as an alarm rang");
      const rejected = "does not work: the rollout of local-mcp-menu failed on it";
      await vi.waitFor(() => expect(heard(chat), chat).toContain(rejected), { timeout: 60_000, interval: 250 });
    }
    expect(stage.log.join("\n")).not.toContain(good);
    expect(role.refused).toEqual([]);
    expect(role.uncalled("drill")).toEqual(["iam:PassRole"]);
  });

  it.each([
    [
      "release",
      async (before: Awaited<ReturnType<typeof standing>>) => (await taskDefinition()) !== before.taskDefinition,
    ],
    [
      "chat",
      async (before: Awaited<ReturnType<typeof standing>>) => (await current("/local/mcp/chat")) !== before.chat,
    ],
  ])("puts back what %s changed when Ctrl-C ends it", async (step, hasChanged) => {
    const before = await standing();
    const stop = new AbortController();
    const drilling = fleet(["drill", "--service", "menu", "--only", `${step},sessions`], { signal: stop.signal });
    await vi.waitFor(async () => expect(await hasChanged(before)).toBe(true), { timeout: 60_000, interval: 50 });
    stop.abort();
    const { code, out, err } = await drilling;
    expect(code).toBe(1);
    expect(err).toContain("Putting back ");
    expect(out).toContain("1 failed, 1 not run.");
    expect(await standing()).toEqual(before);
  });

  it("passes on nothing that could not be tried, within 80 columns", async () => {
    const { code, out } = await fleet(["drill", "--only", "secret"]);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringContaining("Not possible: /local/mcp/google-oauth has no value"),
    });
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(columns);
  });

  it("fails where the fleet is not done in time, puts the value back, and leaves the rest to the fleet", async () => {
    const before = await standing();
    const args = ["--only", "secret", "--service", "menu", "--secret", "menu", "--timeout", "4s"];
    const { code, out } = await fleet(["drill", ...args]);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/Failed: Waited 4 s for the fleet to go back/),
    });
    expect(await standing()).toEqual(before);
    // Tasks may have read the bad value meanwhile: the fleet marks it, and rolls those.
    const settled = async () => {
      const { Versions = [] } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId: "/local/mcp/menu" }));
      const bad = Versions.find(({ VersionStages = [] }) => VersionStages.includes("AWSPREVIOUS"));
      const { Tags = [] } = await secrets.send(new DescribeSecretCommand({ SecretId: "/local/mcp/menu" }));
      return [bad?.VersionStages?.includes(`rejected-${bad.VersionId}`), Tags.some(({ Key }) => Key === settlingTag)];
    };
    await vi.waitFor(async () => expect(await settled()).toEqual([true, false]), { timeout: 90_000, interval: 250 });
    const token = async () => (await stage.fetch(stage.url("menu", "/environment?name=MENU_TOKEN"))).text();
    expect(new Set(await Promise.all(Array.from({ length: 6 }, token)))).toEqual(new Set([good]));
  });

  it.each([
    [["--stage", "prod"], "Stage prod is durable: a drill breaks what people use there."],
    [["--only", "redis"], "--only redis: the steps are tasks, release, chat, sessions, secret."],
  ])("refuses %j before it touches anything", async (args, message) => {
    expect(await fleet(["drill", ...args])).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
