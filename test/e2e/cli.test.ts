import { createServer } from "node:http";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import { decidedMap } from "./cli/map.ts";
import { operatorOf } from "./cli/operator.ts";
import { awsCliVersion, runRecipe } from "./fleet/recipes.ts";
import { type FleetStage, openStage } from "./fleet/stage.ts";

const { map, workspace, splunk } = decidedMap();
const clientId = "123456789012-fleet.apps.googleusercontent.com";
const topic = "arn:aws:sns:us-east-1:000000000000:MCPAlerts";
const key = "google_workspace";

let stage: FleetStage;
let fleet: ReturnType<typeof operatorOf>;
let secrets: SecretsManagerClient;
let hecToken = "";

beforeAll(async () => {
  stage = await openStage(map);
  fleet = operatorOf(stage, map);
  secrets = new SecretsManagerClient(stage.client);
  const { code, lines } = await stage.run("deploy", map);
  if (code !== 0) throw new Error(lines.join("\n"));
  const { google, hec } = stage.fleet;
  google.putClient({ id: clientId, secrets: ["client-secret"], redirectUris: [] });
  hecToken = hec.createToken({ name: "fleet", indexes: ["mcp_audit"] }).token;
  await put("google-oauth", { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: "client-secret" });
  await put("splunk", { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: hecToken, OLD_NAME: "old" });
  await put("notes", { NOTE: "one", OTHER: "other" });
  await new SNSClient(stage.client).send(
    new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:000000000000:alarms" }),
  );
  await awaitSettled();
});
afterAll(() => stage.close());

/** The fleet rolls by itself what uses a secret that was changed. */
async function awaitSettled(): Promise<void> {
  const settled = /google_workspace\s+1\/1\s+1 healthy\s+complete\s+current/;
  await vi.waitFor(async () => expect((await fleet(["status"])).out).toMatch(settled), {
    timeout: 60_000,
    interval: 250,
  });
}

function put(secret: string, values: Readonly<Record<string, string>>): Promise<unknown> {
  const SecretId = `/local/mcp/${secret}`;
  return secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(values) }));
}

const Doctor = v.object({ results: v.array(v.object({ id: v.string(), verdict: v.string(), evidence: v.string() })) });

/** What the doctor finds, without what is well or could not be looked at. */
async function diagnose(of: FleetDefinition = map, env: Readonly<Record<string, string>> = {}) {
  const { out, code } = await fleet(["doctor", "--json"], { map: of, env });
  const { results } = v.parse(Doctor, JSON.parse(out));
  return { code, found: results.filter(({ verdict }) => verdict === "failure" || verdict === "warning") };
}

describe("redeploy, status and logs", () => {
  it("[RUN-2] [RUN-3] rolls a service, tells how far it is and ends when it is done", async () => {
    const { code, out, err } = await fleet(["redeploy", "google", "--wait"]);
    expect({ code, out }).toEqual({ code: 0, out: "google_workspace runs on its new tasks.\n" });
    expect(err).toContain("google_workspace: 1 of 1 new tasks run, 1 old");

    const after = await fleet(["status"]);
    expect(after.out).toMatch(/google_workspace\s+1\/1\s+1 healthy\s+complete\s+current/);
  });

  it("[RUN-1] says in JSON what the recipe of the seed says, and no value of a secret", async () => {
    const { out } = await fleet(["status", "--json"]);
    const [service] = JSON.parse(out).services;
    expect(service).toMatchObject({ key, desired: 1, running: 1, targets: [{ state: "healthy" }] });
    expect(out).not.toContain(hecToken);
  });

  it.runIf(awsCliVersion > 0)("[RUN-1] [RUN-3] gives the answer of the AWS CLI", async () => {
    const recipes = await runRecipe(
      stage,
      `aws ecs describe-services --cluster local-mcp-cluster --services local-mcp-google-workspace \\
         --query 'services[0].deployments[0].id' --output text
       aws ecs list-tasks --cluster local-mcp-cluster --service-name local-mcp-google-workspace \\
         --query 'taskArns[0]' --output text`,
    );
    const [service] = JSON.parse((await fleet(["status", "--json"])).out).services;
    expect(recipes.trim().split("\n")).toEqual([service.deployments[0].id, service.tasks[0].arn]);
  });

  it("[RUN-5] shows what fits the pattern, and follows", async () => {
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
  it("[RUN-4] [ECS-9] is one inside the task, with its environment and a terminal", async () => {
    const { code, out } = await fleet(["shell", "google"], { stdin: 'echo "$SPLUNK_INDEX-$((40 + 2))"; tty; exit\n' });
    expect(code).toBe(0);
    expect(out).toContain("mcp_audit-42");
    expect(out).toMatch(/\/dev\/\S+/);
  });

  it("[RUN-7] reaches Redis over TLS from the container's environment", async () => {
    const { availability } = stage.cloud.elastiCache;
    if (availability.kind === "absent") return;
    const { out } = await fleet(["shell", key, 'redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" --tls ping']);
    expect(out).toContain("PONG");
  });

  it.runIf(awsCliVersion > 0)("[RUN-4] leaves the AWS CLI to say that it wants its plugin", async () => {
    const recipe = `
      TASK=$(aws ecs list-tasks --cluster local-mcp-cluster \\
        --service-name local-mcp-google-workspace \\
        --query 'taskArns[0]' --output text)
      aws ecs execute-command --cluster local-mcp-cluster --task "$TASK" \\
        --container google_workspace --interactive --command /bin/sh`;
    await expect(runRecipe(stage, recipe)).rejects.toThrow("SessionManagerPlugin is not found");
  });
});

describe("secrets", () => {
  const SecretId = "/local/mcp/notes";

  it("[RUN-6] puts a value in place from a file or a pipe, and shows it to nobody", async () => {
    const said = await fleet(["secrets", "set", "notes", "NOTE", "--from-file", "-"], {
      stdin: "nobody may see this\n",
    });
    expect(said.code).toBe(0);
    expect(said.out + said.err).not.toContain("nobody may see this");
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({ NOTE: "nobody may see this", OTHER: "other" });
  });

  it("[RUN-6] names versions, keys and labels, and moves a label back", async () => {
    const { versions } = JSON.parse((await fleet(["secrets", "history", "notes", "--json"])).out);
    const [newest, previous] = versions;
    expect([newest.labels, previous.labels]).toEqual([["AWSCURRENT"], ["AWSPREVIOUS"]]);
    expect((await fleet(["secrets", "get-keys", "notes"])).out).toMatch(/NOTE\s+set\nOTHER\s+set/);

    expect((await fleet(["secrets", "stage", "notes", previous.id.slice(0, 12)])).code).toBe(0);
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({ NOTE: "one", OTHER: "other" });
    expect((await fleet(["secrets", "list"])).out).toMatch(/splunk\s+\d{4}-.*off\s+google_workspace/);
  });

  it("says that nothing rotates a secret, and what to do instead", async () => {
    expect(await fleet(["secrets", "rotate", "splunk"])).toMatchObject({
      code: 1,
      err: "Nothing rotates /local/mcp/splunk: no function is set for it. Put a new value with fleet secrets set splunk.\n",
    });
  });
});

describe("alarms", () => {
  it("[ALB-9] sets one off, sees it sent, and lists the six", async () => {
    const test = await fleet(["alarms", "test", key]);
    expect(test).toMatchObject({ code: 0, out: expect.stringContaining(`Successfully executed action ${topic}`) });
    const { alarms } = JSON.parse((await fleet(["alarms", "list", "--json"])).out);
    expect(alarms).toHaveLength(6);
    expect(alarms.map((alarm: { basis: string }) => alarm.basis)).toEqual(Array(6).fill("chosen"));
  });
});

describe("audit check", () => {
  it("[AUD-4] sends an event and finds it", async () => {
    const { code, out } = await fleet(["audit", "check"]);
    expect({ code, end: out.trim().split("\n").at(-1) }).toEqual({
      code: 0,
      end: "The event is found: the audit trail arrives.",
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

describe("doctor", () => {
  it("finds nothing in a healthy fleet", async () => {
    expect(await diagnose()).toEqual({ code: 0, found: [] });
  });

  it("[AUD-4] finds a token that Splunk does not accept, and only that", async () => {
    stage.fleet.hec.disableToken("fleet");
    const { code, found } = await diagnose();
    stage.fleet.hec.enableToken("fleet");
    expect({ code, ids: found.map(({ id }) => id) }).toEqual({ code: 1, ids: ["splunk-token"] });
  });

  it("finds muted alarms, and only those", async () => {
    await fleet(["alarms", "mute", key]);
    const { found } = await diagnose();
    await fleet(["alarms", "mute", key, "--off"]);
    expect(found.map(({ id }) => id)).toEqual(["alarms"]);
  });

  it("finds that nobody would hear, and only that", async () => {
    const sns = new SNSClient(stage.client);
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    const [{ SubscriptionArn, Protocol, Endpoint } = {}] = Subscriptions;
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    const { found } = await diagnose();
    await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol, Endpoint }));
    expect(found.map(({ id }) => id)).toEqual(["alarm-road"]);
  });

  const variants: readonly (readonly [string, Partial<FleetDefinition>])[] = [
    ["rotation", { secrets: { ...map.secrets, splunk: { ...splunk, rotation: shippedRotation() } } }],
    ["drift", { services: { [key]: { ...workspace, cpu: 512, memory: 1024 } } }],
    ["redis", { stages: { ...map.stages, local: { ...map.stages.local, redis: { nodes: 2 } } } }],
    ["splunk-keys", { secrets: { ...map.secrets, splunk: { ...splunk, aliases: { OLD_NAME: "SPLUNK_HEC_TOKEN" } } } }],
  ];
  it.each(variants)("finds only %s where the map says something else than what runs", async (id, change) => {
    const { found } = await diagnose({ ...map, ...change });
    expect(found.map((finding) => finding.id)).toEqual([id]);
  });

  it("[FIX-6] lists the tool families whose Google API is off", async () => {
    const enabled = ["gmail", "drive", "calendar-json"].map((api) => ({ config: { name: `${api}.googleapis.com` } }));
    const google = createServer((request, response) => {
      const known = request.url?.startsWith("/v1/projects/123456789012/services?") === true;
      response.writeHead(known ? 200 : 404).end(JSON.stringify({ services: enabled }));
    });
    await new Promise<void>((resolve) => google.listen(0, "127.0.0.1", resolve));
    const address = google.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const env = { GOOGLE_ACCESS_TOKEN: "a-token", GOOGLE_SERVICE_USAGE_URL: `http://127.0.0.1:${port}` };
    const { found } = await diagnose(map, env);
    google.close();
    expect(found).toMatchObject([
      { id: "google-apis", evidence: expect.stringMatching(/^9 of 12 .*docs, sheets, slides, forms, chat, tasks/) },
    ]);
  });

  it("finds a placeholder in a secret, and only that", async () => {
    await put("notes", { NOTE: "replace-me", OTHER: "other" });
    const { code, found } = await diagnose();
    await put("notes", { NOTE: "one", OTHER: "other" });
    expect({ code, found }).toEqual({
      code: 0,
      found: [{ id: "placeholders", verdict: "warning", evidence: "/local/mcp/notes has no value for NOTE." }],
    });
  });
});

describe("diff", () => {
  it("says that nothing changes, and in words what a changed map would", async () => {
    expect((await fleet(["diff"])).out).toBe("A deploy of local would change nothing that the map decides.\n");
    const slack = { ...workspace, host: "slack", oauth: "shared" } as const;
    const { out } = await fleet(["diff"], { map: { ...map, services: { ...map.services, slack } } });
    expect(out).toMatch(/^\+ service slack, at https:\/\/slack\.mcp\.localhost:\d+\n$/);
  });
});

describe("what a newcomer gets wrong", () => {
  it.each([
    [["logs", "slack"], {}, 2, "No service slack in stage local: it has google_workspace."],
    [["secrets", "set", "splunk", "TOKEN"], {}, 2, "No key TOKEN in /local/mcp/splunk"],
    [["status", "--stage", "dev"], {}, 2, "No stage dev: fleet.config.ts has prod, local."],
    [["logs", key, "--since", "soon"], {}, 2, "--since soon: a number and a unit"],
    [
      ["status"],
      { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
      1,
      "Nobody answers at the local endpoint: start it with npm",
    ],
    [["status"], { AWS_ENDPOINT_URL: "https://ecs.example.com" }, 1, "Stage local runs on this machine"],
  ])("fleet %j says in one line what is wrong and what to do", async (args, env, code, message) => {
    const said = await fleet(args, { env });
    expect(said).toMatchObject({ code, out: "", err: expect.stringContaining(message) });
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});

function shippedRotation() {
  return { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
}
