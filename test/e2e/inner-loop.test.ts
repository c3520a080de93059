import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition, ServiceDefinition } from "#fleet";
import { type Attended, attend } from "../stage/attended.ts";
import { firstEvent } from "../stage/console-command.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { lastResidents } from "../stage/residents.ts";

/** A server of the project's own: it says which edition of its code runs. */
const server = (edition: string, imported = "words") =>
  `import { createServer } from "node:http";
import { words } from "../shared/${imported}.mjs";
createServer((_, response) => response.end(\`${edition} \${words} \${process.pid}\`)).listen(process.env.PORT, "127.0.0.1");
`;
const own: ServiceDefinition = echo("notes", { local: { command: ["node", "servers/notes/main.mjs"] } });
const first = mapOf({ google_workspace: googleWorkspace(), notes: own });
const withSlack = (fields: Partial<ServiceDefinition> = {}): FleetDefinition => ({
  ...first,
  services: { ...first.services, slack: echo("slack", fields) },
});

const slack = { description: "Slack's bot", keys: { SLACK_BOT_TOKEN: { placeholder: "xoxb-replace-me" } } };
const withSecret = (map: FleetDefinition): FleetDefinition => ({ ...map, secrets: { ...map.secrets, slack } });
const [slackSecret, putByHand] = ["/local/mcp/slack", '{"SLACK_BOT_TOKEN":"xoxb-mine"}'];

let fleet: Attended;
beforeAll(async () => {
  fleet = await attend(first, {
    "servers/notes/main.mjs": server("one"),
    "servers/shared/words.mjs": 'export const words = "hello";\n',
  });
});
afterAll(() => fleet.close());

const said = (words: string, since: number) => fleet.start.said(words, since);
const mark = () => fleet.start.lines.length;
const since = (from: number) => fleet.start.lines.slice(from);
const text = async (host: string) => (await fleet.fetch(fleet.url(host))).text();
const secrets = () =>
  new SecretsManagerClient({
    endpoint: fleet.endpointUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  });
const pidOf = async (host: string) => Number((await text(host)).match(/\d+$|(?<="pid":)\d+/)?.[0]);

/** Each deploy ends before the next begins. */
function expectOneByOne(lines: readonly string[]): number {
  const deploys = lines.filter((line) => line.includes("sst deploy --stage local"));
  expect(deploys.map((line) => line[0])).toEqual(deploys.map((_, at) => (at % 2 === 0 ? "▸" : "✔")));
  return deploys.length / 2;
}

// Each test continues from where the previous one left the fleet.
describe("what is saved while npm start runs", () => {
  it("[STR-4] reaches the fleet: the difference in words, a deploy, a healthy service, and values kept", async () => {
    const SecretId = "/local/mcp/session-keys";
    const { SecretString = "" } = await secrets().send(new GetSecretValueCommand({ SecretId }));
    const mine = JSON.stringify({ ...JSON.parse(SecretString), ADDED_BY_HAND: "kept" });
    await secrets().send(new PutSecretValueCommand({ SecretId, SecretString: mine }));
    const [notes, from] = [await pidOf("notes"), mark()];
    await fleet.project.writeMap(withSecret(withSlack({ secrets: ["slack"] })));
    await said("The fleet matches the map.", from);
    expect(since(from)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/\+ service slack, at https:\/\/slack\.mcp\.localhost/),
        expect.stringMatching(/\+ secret \/local\/mcp\/slack/),
        expect.stringMatching(/NODE_EXTRA_CA_CERTS=\S+ npx mcp-remote https:\/\/\S+\/mcp/),
      ]),
    );
    expect((await fleet.fetch(fleet.url("slack"))).status).toBe(200);
    expect(await pidOf("notes")).toBe(notes);
    expect((await secrets().send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe(mine);
    // The next map no longer has this secret, and the last one has it again.
    await secrets().send(new PutSecretValueCommand({ SecretId: slackSecret, SecretString: putByHand }));
  });

  it("[STR-4] is reported and changes nothing when it is a mistake, and is cleared once fixed", async () => {
    const file = join(fleet.project.folder, "fleet.config.ts");
    const good = await readFile(file, "utf8");
    let from = mark();
    await fleet.write("fleet.config.ts", `${good}\nconst = 1;\n`);
    await said("SyntaxError", from);
    from = mark();
    await fleet.write("fleet.config.ts", good.replace('"cpu": 256', '"cpu": 300'));
    await said("cpu = 300", from);
    const refused = { mapTrouble: { kind: "refused", reason: expect.stringContaining("cpu = 300") } };
    expect(await firstEvent(fleet.consoleUrl, "tick")).toMatchObject(refused);
    from = mark();
    await rm(file);
    await said("nothing changed", from);
    from = mark();
    // As editors save: beside it, then in its place.
    await fleet.write("fleet.config.ts.tmp", good);
    await rename(`${file}.tmp`, file);
    await said("nothing changes in this stage", from);
    expect(await firstEvent(fleet.consoleUrl, "tick")).not.toHaveProperty("mapTrouble");
    expect(since(0).filter((line) => line.startsWith("▸ sst deploy"))).toHaveLength(2);
  });

  it("[STR-4] becomes one deploy for saves in a row, and one more for a save meanwhile, never two at once", async () => {
    const from = mark();
    const greeting = (GREETING: string) => fleet.project.writeMap(withSlack({ environment: { GREETING } }));
    await greeting("one");
    await greeting("two");
    await said("▸ sst deploy", from);
    await greeting("three");
    await greeting("four");
    const done = () => since(from).filter((line) => line.includes("matches the map"));
    await vi.waitFor(() => expect(done()).toHaveLength(2), { timeout: 110_000, interval: 100 });
    expect(await (await fleet.fetch(fleet.url("slack", "/environment?name=GREETING"))).text()).toBe("four");
    expect(expectOneByOne(since(from))).toBe(2);
  });

  it("[STR-4] may be in a file that the map imports, even if only a description changes", async () => {
    let from = mark();
    await fleet.write("maps/words.ts", 'export const words = "Slack, for everybody";\n');
    const file = join(fleet.project.folder, "fleet.config.ts");
    const good = await readFile(file, "utf8");
    const map = good.replace(/"description": "OAuth client[^"]*"/, '"description": words');
    await fleet.write("fleet.config.ts", `import { words } from "./maps/words.ts";\n${map}`);
    await said("matches the map", from);
    from = mark();
    await fleet.write("maps/words.ts", 'export const words = "Slack, for some";\n');
    await said("~ secrets.google-oauth.description", from);
    await said("matches the map", from);
  });

  it("[STR-4] rolls the services whose own or imported code it is, and no others", async () => {
    const slack = await pidOf("slack");
    let from = mark();
    await fleet.write("servers/shared/greeting.mjs", 'export const words = "hi";\n');
    await fleet.write("servers/notes/main.mjs", server("two", "greeting"));
    await said("notes runs on its new tasks.", from);
    expect(await text("notes")).toMatch(/^two hi \d+$/);
    from = mark();
    await fleet.write("servers/shared/greeting.mjs", 'export const words = "good day";\n');
    await said("notes runs on its new tasks.", from);
    expect(await text("notes")).toMatch(/^two good day \d+$/);
    expect(await pidOf("slack")).toBe(slack);
  });

  it("[STR-4] leaves the fleet running when its deploy fails, and the next save tries again", async () => {
    const slack = await pidOf("slack");
    let from = mark();
    await fleet.project.writeMap(withSlack({ local: { command: ["false"] } }));
    await said("✘ sst deploy", from);
    await said("The fleet keeps running as before.", from);
    expect(await pidOf("slack")).toBe(slack);
    from = mark();
    await fleet.project.writeMap(withSlack({ local: { command: ["false"] } }));
    await said("▸ sst deploy", from);
    await said("The fleet keeps running as before.", from);
    from = mark();
    await fleet.project.writeMap(withSlack({ environment: { GREETING: "well again" } }));
    await said("matches the map", from);
  });

  it("[STR-4] removes what is gone from the map, and stops following its code", async () => {
    const from = mark();
    await fleet.project.writeMap(first);
    await said("- service local-mcp-slack", from);
    await said("matches the map", from);
    expect((await fleet.fetch(fleet.url("slack"))).status).toBe(404);
  });

  it("[STR-4] gives a secret that comes back the value it had, and refuses to move", async () => {
    const save = async (map: FleetDefinition, words = "matches the map") => {
      const from = mark();
      await fleet.project.writeMap(map);
      await said(words, from);
    };
    await save(withSecret(first));
    const { SecretString } = await secrets().send(new GetSecretValueCommand({ SecretId: slackSecret }));
    expect(SecretString).toBe(putByHand);
    const local = { ...first.stages.local, domain: "other.localhost" };
    await save({ ...withSecret(first), stages: { ...first.stages, local } }, "A running fleet cannot move");
  });

  it("[STR-4] ends with Ctrl-C during a deploy, and leaves nothing behind", needs("/proc"), async () => {
    const from = mark();
    await fleet.project.writeMap(withSlack());
    await said("▸ sst deploy", from);
    fleet.start.kill("SIGINT");
    expect(await fleet.start.exited).toEqual({ code: 0, signal: null });
    expect(await lastResidents(fleet.project.folder, 0)).toEqual([]);
  });
});
