import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listSecrets } from "#aws/listed-secrets.ts";
import { planStage } from "#fleet";
import { openEmptyCloud } from "../../endpoint/empty-cloud.ts";
import fixture from "../../fixture/map.ts";
import { type Circumstances, expectRefusal, fleet } from "./newcomer/operator.ts";

const SecretId = "/local/mcp/splunk";
const url = "https://hec.example.com:8088";
let cloud: Awaited<ReturnType<typeof openEmptyCloud>>;
let client: SecretsManagerClient;

const openClient = () =>
  new SecretsManagerClient({
    region: "us-east-1",
    endpoint: cloud.env.AWS_ENDPOINT_URL,
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  });

beforeAll(async () => {
  cloud = await openEmptyCloud();
  client = openClient();
  const SecretString = JSON.stringify({ SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: "first" });
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString }));
  await client.send(new CreateSecretCommand({ Name: "/local/mcp/chat" }));
});
afterAll(async () => {
  client.destroy();
  await cloud.close();
});

const secrets = (args: readonly string[], circumstances: Circumstances = {}) =>
  fleet(["secrets", ...args, "--stage", "local"], { ...circumstances, env: cloud.env });
const values = async (VersionStage = "AWSCURRENT") =>
  JSON.parse((await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString ?? "{}");

describe("fleet secrets set", () => {
  it("asks without echo, keeps the other keys, and says what rolls", async () => {
    const { code, out } = await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN"], { answers: ["second"] });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^SPLUNK_HEC_TOKEN of \/local\/mcp\/splunk is set: version \w{8} is current\.\ngoogle_workspace rolls automatically/,
      ),
    });
    expect(out).not.toContain("second");
    expect(await values()).toEqual({ SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: "second" });
  });

  it("asks for each key if none is named, and keeps one that is skipped", async () => {
    await secrets(["set", "splunk"], { answers: ["", "third"] });
    expect(await values()).toEqual({ SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: "third" });
  });

  it("takes one value from a pipe without one line break, and warns if blanks remain", async () => {
    await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN", "--from-file", "-"], { stdin: "fourth\r\n" });
    expect((await values()).SPLUNK_HEC_TOKEN).toBe("fourth");
    const { err } = await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN", "--from-file", "-"], { stdin: "fifth \n\n" });
    expect(err).toEqual(["The value of SPLUNK_HEC_TOKEN begins or ends with whitespace, which is kept."]);
    expect((await values()).SPLUNK_HEC_TOKEN).toBe("fifth \n");
  });

  it("takes several keys from one file, in one version", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fleet-secrets-"));
    const file = join(folder, "splunk.json");
    writeFileSync(file, JSON.stringify({ SPLUNK_HEC_URL: "https://other:8088", SPLUNK_HEC_TOKEN: "sixth" }));
    const { out } = await secrets(["set", "splunk", "--from-file", file]);
    rmSync(folder, { recursive: true });
    expect(out).toMatch(/^SPLUNK_HEC_URL, SPLUNK_HEC_TOKEN of .* are set: version/);
    expect(await values()).toEqual({ SPLUNK_HEC_URL: "https://other:8088", SPLUNK_HEC_TOKEN: "sixth" });
    expect((await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN"], { answers: ["sixth"] })).out).toMatch(
      /already has this value/,
    );
  });

  it("stages a candidate for the next rotation, and changes nothing until then", async () => {
    const { out } = await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN", "--candidate"], { answers: ["seventh"] });
    expect(out).toMatch(/is the candidate\.\nTo test it and make it current: fleet secrets rotate splunk --wait/);
    expect([(await values()).SPLUNK_HEC_TOKEN, (await values("candidate")).SPLUNK_HEC_TOKEN]).toEqual([
      "sixth",
      "seventh",
    ]);
  });

  it("gives a first value to a secret that has none", async () => {
    expect(await secrets(["get-keys", "chat"])).toMatchObject({
      code: 1,
      err: [expect.stringContaining("fleet secrets set chat")],
    });
    expect((await secrets(["set", "chat", "SLACK_WEBHOOK_URL"], { answers: ["https://hooks.example.com"] })).code).toBe(
      0,
    );
    const keys = await secrets(["get-keys", "chat"]);
    expect(keys.out).toMatch(/SLACK_WEBHOOK_URL +set\nSLACK_BOT_TOKEN +missing/);
    expect(keys.err[0]).toMatch(/^fleet secrets set chat SLACK_BOT_TOKEN /);
  });

  const token = ["set", "splunk", "SPLUNK_HEC_TOKEN"];
  it.each<[string, readonly string[], Circumstances, RegExp]>([
    ["a value in place of a key", ["set", "splunk", "s3cr3t-token"], {}, /a value is never an argument/],
    ["a value behind a key", [...token, "s3cr3t-token"], {}, /a value is never an argument/],
    ["a value joined to a key", ["set", "splunk", "SPLUNK_HEC_TOKEN=s3cr3t-token"], {}, /never an argument/],
    ["a value as an option", [...token, "--value=s3cr3t-token"], {}, /^Unknown option '--value'\n/],
    ["an empty value", token, { answers: [""] }, /is empty: nothing was changed/],
    ["the placeholder", token, { answers: ["00000000-0000-0000-0000-000000000000"] }, /is the placeholder of/],
    ["a file that is not there", [...token, "--from-file", "/no/such"], {}, /no such file/],
    [
      "plain text for several keys",
      ["set", "splunk", "--from-file", "-"],
      { stdin: "s3cr3t-token" },
      /it must be a JSON object/,
    ],
    [
      "a file that lacks a key",
      [...token, "SPLUNK_HEC_URL", "--from-file", "-"],
      { stdin: "{}" },
      /lacks SPLUNK_HEC_TOKEN, SPL/,
    ],
    [
      "a key the map does not have",
      ["set", "splunk", "--from-file", "-"],
      { stdin: '{"TOKEN":"s3cr3t-token"}' },
      /^No key TOKEN/,
    ],
  ])("refuses %s, and does not repeat it", async (_, args, circumstances, says) => {
    const before = await values();
    const said = await secrets(args, circumstances);
    const err = said.err.filter((line) => !line.includes("(not shown)"));
    expectRefusal({ ...said, err }, { code: 2, says });
    expect(err.join()).not.toContain("s3cr3t");
    expect(await values()).toEqual(before);
  });
});

describe("fleet secrets import", () => {
  const given = (stdin: string) => secrets(["import", "-", "--yes"], { stdin });

  it("takes a file as Windows writes it, and a single value without the mark in front of it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fleet-secrets-"));
    const file = join(folder, ".env");
    writeFileSync(file, '\uFEFFexport SPLUNK_HEC_TOKEN="a#b=c"\r\nSPLUNK_HEC_URL=https://windows:8088 # ours\r\n');
    expect(await secrets(["import", file, "--yes"])).toMatchObject({ code: 0, err: [] });
    expect(await values()).toEqual({ SPLUNK_HEC_URL: "https://windows:8088", SPLUNK_HEC_TOKEN: "a#b=c" });
    writeFileSync(file, "\uFEFFmarked\r\n");
    await secrets(["set", "splunk", "SPLUNK_HEC_TOKEN", "--from-file", file]);
    rmSync(folder, { recursive: true });
    expect((await values()).SPLUNK_HEC_TOKEN).toBe("marked");
  });

  it.each([
    ["a # that may belong to it", "SPLUNK_HEC_TOKEN=s3cr3t#more"],
    ["an escaped quote", 'SPLUNK_HEC_TOKEN="s3cr3t\\"more"'],
    ["a quote that does not end", 'SPLUNK_HEC_TOKEN="s3cr3t\nSPLUNK_HEC_URL=https://a:1'],
    ["two values", "SPLUNK_HEC_TOKEN=s3cr3t\nexport SPLUNK_HEC_TOKEN=s3cr3t-2"],
  ])("refuses %s rather than keep a part of it", async (_, stdin) => {
    const before = await values();
    const said = await given(stdin);
    expectRefusal(said, { code: 2, says: /^import -: the value of SPLUNK_HEC_TOKEN can be read in two ways/ });
    expect(said.err.join()).not.toContain("s3cr3t");
    expect(await values()).toEqual(before);
  });

  it("does not mind how names are written that are nobody's key", async () => {
    const { code } = await given("COLOR=red#1\nCOLOR=blue\nSPLUNK_HEC_TOKEN='line one\nTWO=2'\n");
    expect([code, (await values()).SPLUNK_HEC_TOKEN]).toEqual([0, "line one\nTWO=2"]);
  });
});

describe("fleet secrets stage", () => {
  const history = async () => JSON.parse((await secrets(["history", "splunk", "--json"])).out).versions;

  it("asks before services roll, and takes no for an answer", async () => {
    const [{ id: older }] = (await history()).filter(({ labels }: { labels: string[] }) =>
      labels.includes("AWSPREVIOUS"),
    );
    const no = await secrets(["stage", "splunk", older], { answers: [""] });
    expect(no).toMatchObject({
      code: 1,
      out: "",
      err: [
        expect.stringMatching(/^google_workspace will roll onto/),
        "Continue? (y/N) ",
        "Cancelled: nothing was changed.",
      ],
    });
    const yes = await secrets(["stage", "splunk", older.slice(0, 8)], { answers: ["y"] });
    expect(yes.out).toMatch(/^AWSCURRENT is on version .*\ngoogle_workspace rolls automatically/);
    expect((await secrets(["stage", "splunk", older, "--yes"], { answers: [] })).out).toMatch(/is already on version/);
  });

  it("refuses a rejected version, an unknown one, and an ambiguous prefix", async () => {
    const versions = await history();
    const bad = versions.find(({ labels }: { labels: string[] }) => labels.includes("AWSPREVIOUS")).id;
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage: `rejected-${bad}`, MoveToVersionId: bad }),
    );
    expectRefusal(await secrets(["stage", "splunk", bad]), {
      code: 1,
      says: /was rejected, .* fleet secrets set splunk$/,
    });
    expect((await secrets(["history", "splunk"])).out).toMatch(/AWSPREVIOUS rejected$/m);
    expectRefusal(await secrets(["stage", "splunk", "zz"]), {
      code: 2,
      says: /^zz is not a version of .*: fleet secrets history splunk/,
    });
    expectRefusal(await secrets(["stage", "splunk", ""]), { code: 2, says: /^"" is not a version/ });
    for (const ClientRequestToken of ["twin-version-of-a-secret-number-one", "twin-version-of-a-secret-number-two"])
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: "{}", ClientRequestToken }));
    expectRefusal(await secrets(["stage", "splunk", "twin"]), {
      code: 2,
      says: /^twin is the start of 2 versions of /,
    });
  });
});

describe("fleet secrets list", () => {
  it("lists who uses each, even if no service does, and what is missing", async () => {
    const { code, out, err } = await secrets(["list"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^splunk +\d{4}-\d\d-\d\d \d\d:\d\d +settled +off +google_workspace$/m);
    expect(out).toMatch(/^splunk-admin +- +missing +off +rotate-secret settle-secret$/m);
    expect(err).toContain("splunk-admin is not deployed: let npm start finish, or restart it");
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("tells one that is scheduled for deletion from one that a deploy creates", async () => {
    await client.send(new DeleteSecretCommand({ SecretId }));
    const { out, err } = await secrets(["list", "splunk"]);
    await client.send(new RestoreSecretCommand({ SecretId }));
    expect(out).toMatch(/^splunk .* deleted /m);
    expect(err).toEqual([
      "splunk is scheduled for deletion: aws secretsmanager restore-secret --secret-id /local/mcp/splunk",
    ]);
    expect((await secrets(["list", "splunk"])).out).not.toContain("deleted");
  });

  it("asks for one that Secrets Manager does not list yet", async () => {
    const late = openClient();
    late.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName === "ListSecretsCommand") Object.assign(answer.output, { SecretList: [] });
          return answer;
        },
      { step: "initialize" },
    );
    const plan = planStage(fixture, "local");
    const found = await listSecrets(late, plan, plan.secrets);
    late.destroy();
    expect([...found.keys()].toSorted()).toEqual(["chat", "splunk"]);
    expect(Object.values(found.get("splunk")?.SecretVersionsToStages ?? {}).flat()).toContain("AWSCURRENT");
  });

  it("explains how to get a secret if the map has none", async () => {
    const { google_workspace: workspace } = fixture.services;
    if (workspace === undefined) throw new Error("The fixture has a service.");
    const { audit: _audit, secrets: _secrets, ...plain } = workspace;
    const map = { ...fixture, secrets: {}, services: { google_workspace: plain } };
    expect((await secrets(["list"], { map })).out).toMatch(
      /has no secrets\. Add one under `secrets` in fleet\.config\.ts/,
    );
  });
});
