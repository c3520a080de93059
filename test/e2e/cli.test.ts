import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { alarmNames, names } from "#fleet";
import type { FleetStage } from "../stage/stage.ts";
import { examineFleet } from "./cli/doctor.ts";
import { decidedMap } from "./cli/map.ts";
import { key, type OperatedFleet, openOperatedFleet, topic } from "./cli/operated.ts";
import { everyReader } from "./cli/readers.ts";

const { map, workspace } = decidedMap();

/** What a process of an operator has; the tests' own have no more than they name. */
const inherited = () =>
  Object.fromEntries(
    ["PATH", "HOME"].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

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

  it("[SEC-7] shows no value of a secret that a task wrote, nor what looks like a credential", async () => {
    const written = [`HEC refused ${hecToken} twice`, "client_secret=GOCSPX-abcdefghijkl is wrong"];
    stage.cloud.logs.write("/ecs/local/mcp/google_workspace", `ecs/${key}/a-task`, written);
    for (const format of [[], ["--json"]]) {
      const { out } = await fleet(["logs", key, "--since", "15m", ...format]);
      expect(out).toContain("HEC refused ••• twice");
      expect(out).not.toContain(hecToken);
      expect(out).not.toContain("GOCSPX-abcdefghijkl");
    }
  });
});

describe("[OPS-4] the verbs people type", () => {
  it("scale goes to so many tasks, and says where the number is kept", async () => {
    const up = await fleet(["scale", "google", "2", "--wait"]);
    expect(up).toMatchObject({
      code: 0,
      out: "google_workspace goes from 1 to 2 tasks.\ngoogle_workspace runs 2 tasks.\n",
      err: expect.stringContaining("fleet.config.ts has 1: a deploy that changes the service goes back to that."),
    });
    const down = await fleet(["scale", "google", "1", "--wait"]);
    expect(down).toMatchObject({ code: 0, out: expect.stringContaining("goes from 2 to 1 tasks") });
  });

  it("events are ECS's own, the newest last", async () => {
    const { events } = JSON.parse((await fleet(["events", key, "--json"])).out);
    const texts = events.map(({ text }: { text: string }) => text);
    const times = events.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted());
    expect(texts).toContain("has reached a steady state.");
    expect(texts).toContainEqual(expect.stringMatching(/^has started 1 tasks?: \(task /));
    expect((await fleet(["events", key])).out).toMatch(/^\d{4}-\d\d-\d\d UTC\n\d\d:\d\d:\d\d {2}google_workspace: /);
  });

  it("top has what CloudWatch counted", async () => {
    // It calls the service through its balancer.
    expect(await fleet(["doctor", "--only", "mcp"])).toMatchObject({ code: 0 });
    await vi.waitFor(
      async () => {
        const { services } = JSON.parse((await fleet(["top", "--json"])).out);
        expect(services).toEqual([expect.objectContaining({ service: key, requestsPerMinute: expect.any(Number) })]);
        expect((await fleet(["top"])).out).toMatch(/^SERVICE\s+REQ\/MIN\s+5XX\s+P95\s+CPU\s+MEMORY\ngoogle_workspace/);
      },
      { timeout: 30_000, interval: 500 },
    );
  });

  it("--stage may stand before the command, which wins over FLEET_STAGE", async () => {
    const { out } = await fleet(["--stage", "local", "open", "google", "--print"], { env: { FLEET_STAGE: "prod" } });
    expect(out).toContain("https://google.mcp.localhost");
  });

  it("alarms are known by their short names, and a script can ask whether one rings", async () => {
    const quiet = await fleet(["alarms", "list", "--firing"]);
    expect(quiet).toMatchObject({ code: 0, out: expect.stringMatching(/^None of the \d+ alarms of stage local/) });
    const slip = await fleet(["alarms", "mute", "google-workspace-errors4xx", "--reason", "a test"]);
    expect(slip).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "google-workspace-errors5xx"?') });
    const muted = await fleet(["alarms", "mute", "google_workspace/errors5xx", "--reason", "a test"]);
    expect(muted.out).toContain("local-mcp-google-workspace-errors5xx");
    expect(await fleet(["alarms", "mute", "google-errors5xx", "--off"])).toMatchObject({ code: 0 });
  });

  it("deploy says what changes, asks nobody where it cannot, and runs the real sst", async () => {
    await stage.project.writeMap(map);
    expect(await fleet(["deploy"])).toMatchObject({
      code: 2,
      out: "Nothing changes that the map determines; functions and images may.\n",
      err: "Deploy local? Cannot ask: this is not a terminal. Add --yes.\n",
    });
    const { code, out, err } = await fleet(["deploy", "--yes"], { env: inherited() });
    expect({ code, end: out.split("\n").at(-2), err }).toMatchObject({ code: 0, end: "Stage local is deployed." });
  });
});

describe("shell", () => {
  it(
    "[RUN-4] [ECS-9] [OPS-4] [AWS-9] runs inside the task, with its environment, a terminal, its exit code and a transcript",
    needs("script"),
    async () => {
      const { code, out } = await fleet(["shell", "google"], {
        stdin: 'echo "$SPLUNK_INDEX-$((40 + 2))"; tty; exit\n',
      });
      expect(code).toBe(0);
      expect(out).toContain("mcp_audit-42");
      expect(out).toMatch(/\/dev\/\S+/);
      const logs = new CloudWatchLogsClient(stage.client);
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: names.execTranscripts("local") }));
      expect(events?.map(({ message }) => message).join("")).toContain("mcp_audit-42");
      const said = await fleet(["shell", key, "--", "sh", "-c", "echo well; exit 7"]);
      expect({ code: said.code, out: said.out.replaceAll("\r", "") }).toEqual({ code: 7, out: "well\n" });
    },
  );

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

  it("[OPS-4] imports what a .env file has for them, and shows none of it", async () => {
    const file = join(stage.project.folder, "values.env");
    await writeFile(file, "# of the notes\nNOTE='from a file'\nexport OTHER=two\nUNKNOWN=nobody-may-see\nEMPTY=\n");
    const said = await fleet(["secrets", "import", file, "--yes"]);
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining("NOTE, OTHER of /local/mcp/notes are set") });
    expect(said.err).toContain("Left out, as no secret of the map has such a key: UNKNOWN.");
    expect(said.out + said.err).not.toMatch(/from a file|nobody-may-see/);
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({ NOTE: "from a file", OTHER: "two" });
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
