import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { alarmNames } from "#fleet";
import type { FleetStage } from "../stage/stage.ts";
import { examineFleet } from "./cli/doctor.ts";
import { decidedMap } from "./cli/map.ts";
import { key, type OperatedFleet, openOperatedFleet, topic } from "./cli/operated.ts";
import { everyReader } from "./cli/readers.ts";

const { map, workspace } = decidedMap();

let operated: OperatedFleet;
let stage: FleetStage;
let fleet: OperatedFleet["fleet"];
let secrets: SecretsManagerClient;
let hecToken: string;

beforeAll(async () => {
  operated = await openOperatedFleet(map);
  ({ stage, fleet, secrets, hecToken } = operated);
});
afterAll(() => stage.close());

describe("redeploy, status and logs", () => {
  it("[RUN-2] [RUN-3] rolls a service, reports its progress and ends when it is done", async () => {
    const { code, out, err } = await fleet(["redeploy", "google", "--wait"]);
    expect({ code, out }).toEqual({ code: 0, out: "google_workspace runs on its new tasks.\n" });
    expect(err).toContain("google_workspace: 1 of 1 new tasks run, 1 old");

    const after = await fleet(["status"]);
    expect(after.out).toMatch(/google_workspace\s+1\/1\s+1 healthy\s+complete\s+current/);
  });

  it("[RUN-1] prints in JSON what the recipe of the seed prints, and no value of a secret", async () => {
    const { out } = await fleet(["status", "--json"]);
    const [service] = JSON.parse(out).services;
    expect(service).toMatchObject({ key, desired: 1, running: 1, targets: [{ state: "healthy" }] });
    expect(out).not.toContain(hecToken);
  });

  it("[RUN-5] shows the lines that match the pattern, and follows", async () => {
    const once = await fleet(["logs", key, "--since", "15m", "--filter", "ValkeyStore"]);
    expect(once).toMatchObject({ code: 0, out: expect.stringContaining("Using ValkeyStore") });

    const stop = new AbortController();
    const followed: string[] = [];
    const following = fleet(["logs", key, "--follow", "--since", "1s", "--json"], {
      signal: stop.signal,
      onLine: (line) => followed.push(line),
    });
    stage.cloud.logs.write("/ecs/local/mcp/google_workspace", `ecs/${key}/a-task`, ["HEC answered 401"]);
    await vi.waitFor(
      () => expect(followed.map((line) => JSON.parse(line).message)).toContain("HEC answered 401"),
      5_000,
    );
    stop.abort();
    expect((await following).code).toBe(0);
    expect(followed.filter((line) => line.includes("HEC answered 401"))).toHaveLength(1);
  });
});

describe("shell", () => {
  it("[RUN-4] [ECS-9] runs inside the task, with its environment and a terminal", needs("script"), async () => {
    const { code, out } = await fleet(["shell", "google"], { stdin: 'echo "$SPLUNK_INDEX-$((40 + 2))"; tty; exit\n' });
    expect(code).toBe(0);
    expect(out).toContain("mcp_audit-42");
    expect(out).toMatch(/\/dev\/\S+/);
  });

  it("[RUN-7] reaches Redis over TLS from the container's environment", needs("redis-cli"), async () => {
    const { out } = await fleet(["shell", key, 'redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" --tls ping']);
    expect(out).toContain("PONG");
  });
});

describe("secrets", () => {
  const SecretId = "/local/mcp/notes";

  it("[RUN-6] sets a value from a file or a pipe, and shows it to nobody", async () => {
    const said = await fleet(["secrets", "set", "notes", "NOTE", "--from-file", "-"], {
      stdin: "nobody may see this\n",
    });
    expect(said.code).toBe(0);
    expect(said.out + said.err).not.toContain("nobody may see this");
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({ NOTE: "nobody may see this", OTHER: "other" });
  });

  it("[RUN-6] lists versions, keys and labels, and moves a label back", async () => {
    const { versions } = JSON.parse((await fleet(["secrets", "history", "notes", "--json"])).out);
    const [newest, previous] = versions;
    expect([newest.labels, previous.labels]).toEqual([["AWSCURRENT"], ["AWSPREVIOUS"]]);
    expect((await fleet(["secrets", "get-keys", "notes"])).out).toMatch(/NOTE\s+set\nOTHER\s+set/);

    expect((await fleet(["secrets", "stage", "notes", previous.id.slice(0, 12)])).code).toBe(0);
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({ NOTE: "one", OTHER: "other" });
    expect((await fleet(["secrets", "list"])).out).toMatch(/splunk\s+\d{4}-.*off\s+google_workspace/);
  });

  it("explains that nothing rotates a secret, and what to do instead", async () => {
    expect(await fleet(["secrets", "rotate", "splunk"])).toMatchObject({
      code: 1,
      err: "Nothing rotates /local/mcp/splunk: A test changes it. Set a new value with fleet secrets set splunk.\n",
    });
  });
});

describe("alarms", () => {
  it("[ALB-9] [CHAT-1] sets one off, sees it sent and posted, and lists those of the service", async () => {
    const test = await fleet(["alarms", "test", key]);
    expect(test).toMatchObject({ code: 0, out: expect.stringContaining(`Successfully executed action ${topic}`) });
    expect(test.out).toContain("Posted in slack (Slack bot), slack-feed (Slack webhook), teams (Microsoft Teams)");
    const { alarms } = JSON.parse((await fleet(["alarms", "list", "--json"])).out);
    const own = alarms.filter(({ service }: { service?: string }) => service === key);
    const chosen = own.filter(({ basis }: { basis?: string }) => basis === "chosen");
    expect(chosen.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(
      [...alarmNames, "slowRequests"].toSorted(),
    );
    expect(own.map(({ kind }: { kind: string }) => kind)).toContain("failedRequests");
  });

  it("lists who is subscribed if the map has no chat", async () => {
    const { chat: _, ...silent } = map;
    const { out } = await fleet(["alarms", "test", "local-mcp-google-workspace-latencyP99"], { map: silent });
    expect(out).toMatch(/^Subscribed to arn:aws:sns:\S+:MCPAlerts: sqs arn:aws:sqs:\S+:local-mcp-alarms\.$/m);
  });
});

describe("audit check", () => {
  it("[AUD-4] sends an event and finds it", async () => {
    const { code, out } = await fleet(["audit", "check"]);
    expect({ code, end: out.trim().split("\n").at(-1) }).toEqual({
      code: 0,
      end: "Found the event: the audit trail arrives.",
    });
  });

  it("[AUD-4] explains a 403, and what to do about it", async () => {
    stage.fleet.hec.disableToken("fleet");
    const disabled = await fleet(["audit", "check"]);
    expect(disabled).toMatchObject({
      code: 1,
      err: expect.stringMatching(/disabled \(403, code 1.*Enable it in Splunk/),
    });
    stage.fleet.hec.enableToken("fleet");
  });
});

describe("diff", () => {
  it("reports that nothing changes, and describes what a changed map would change", async () => {
    expect((await fleet(["diff"])).out).toBe("A deploy of local would change nothing that the map determines.\n");
    const slack = { ...workspace, host: "slack", oauth: "shared" } as const;
    const { out } = await fleet(["diff"], { map: { ...map, services: { ...map.services, slack } } });
    expect(out).toMatch(/^\+ service slack, at https:\/\/slack\.mcp\.localhost:\d+\n$/);
  });
});

describe("what reads", () => everyReader(() => fleet));

describe("what a newcomer gets wrong", () => {
  it.each([
    [["logs", "slack"], {}, 2, "No service slack in stage local: it has google_workspace."],
    [["secrets", "set", "splunk", "TOKEN"], {}, 2, "No key TOKEN in /local/mcp/splunk"],
    [["status", "--stage", "dev"], {}, 2, "No stage dev: fleet.config.ts has prod, local."],
    [["logs", key, "--since", "soon"], {}, 2, "--since soon: use a number and a unit"],
    [
      ["status"],
      { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
      1,
      "The local endpoint does not answer: start it with npm",
    ],
    [["status"], { AWS_ENDPOINT_URL: "https://ecs.example.com" }, 1, "Stage local runs on this machine"],
  ])("fleet %j says in one line what is wrong and what to do", async (args, env, code, message) => {
    const said = await fleet(args, { env });
    expect(said).toMatchObject({ code, out: "", err: expect.stringContaining(message) });
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});

// In this file for its deployment, which takes longer than all of these. The ids are some of those its checks are for.
describe("[AUD-4] [CHAT-1] [FIX-6] the doctor", () => examineFleet(() => operated));
