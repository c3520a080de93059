import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { chmod, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { loadMapFrom } from "#fleet";
import { openEmptyCloud } from "../../endpoint/empty-cloud.ts";
import { copyProject, type Project } from "../../fixture/project.ts";
import { type Circumstances, expectRefusal, fleet } from "./newcomer/operator.ts";

/** As npm answers `npm view --json`. */
const npmProgram = `#!${process.execPath}
const asked = process.argv[4];
if (asked.startsWith("@acme/gone")) {
  console.log(JSON.stringify({ error: { code: "E404", summary: "Not Found" } }));
  process.exit(1);
}
if (asked.startsWith("@acme/silent")) process.exit(1);
if (asked.startsWith("@acme/file")) {
  console.log(JSON.stringify(["1.9.0", "1.10.0", "1.2.0"].map((version) => ({ version, bin: "dist/index.js" }))));
  process.exit(0);
}
console.log(JSON.stringify({ version: "2026.8.31", bin: { "mcp-server-memory": "dist/index.js" } }));
`;

let project: Project;
let original: string;
let bin: string;
let cloud: Awaited<ReturnType<typeof openEmptyCloud>>;
let client: SecretsManagerClient;
beforeAll(async () => {
  project = await copyProject();
  original = await readFile(file(), "utf8");
  bin = await mkdtemp(join(tmpdir(), "fleet-npm-"));
  await writeFile(join(bin, "npm"), npmProgram);
  await chmod(join(bin, "npm"), 0o755);
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
  cloud = await openEmptyCloud();
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  client = new SecretsManagerClient({ region: "us-east-1", endpoint: cloud.env.AWS_ENDPOINT_URL, credentials });
});
beforeEach(() => writeFile(file(), original));
afterAll(async () => {
  client.destroy();
  await cloud.close();
  await project.remove();
  await rm(bin, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const file = () => join(project.folder, "fleet.config.ts");
const map = () => readFile(file(), "utf8");
const nowhere = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };

/** As somebody runs it beside `npm start`, or, by the environment of nowhere, without. */
async function run(args: readonly string[], circumstances: Circumstances = {}) {
  // Node keeps a module by its name.
  const copy = join(project.folder, `copy-${randomUUID()}.ts`);
  await writeFile(copy, await map());
  const readMap = () => loadMapFrom(() => import(pathToFileURL(copy).href));
  return fleet(args, { env: cloud.env, project: project.folder, readMap, ...circumstances });
}

async function serverJson(packages: object): Promise<string> {
  const path = join(project.folder, "server.json");
  const server = { name: "com.example/brave-notes", description: "Notes", version: "1.0.0", packages: [packages] };
  await writeFile(path, JSON.stringify({ server, _meta: {} }));
  return path;
}

const npm = {
  registryType: "npm",
  identifier: "@modelcontextprotocol/server-memory",
  version: "2026.8.31",
  transport: { type: "stdio" },
  packageArguments: [{ type: "named", name: "--verbose", isRequired: true, default: "true" }],
  environmentVariables: [
    { name: "NOTES_TOKEN", description: "From the settings\nof Notes", isRequired: true, isSecret: true },
    { name: "NOTES_MODE", default: "fast" },
    { name: "NOTES_SPACE", isRequired: true },
  ],
};

describe("fleet add", () => {
  it("writes an entry and its secret from a server.json, and changes nothing else of the map", async () => {
    const { code, out, err } = await run(["add", await serverJson(npm), "--yes"]);
    expect(code).toBe(0);
    const added = (await map()).split("\n").filter((line) => !original.split("\n").includes(line));
    expect(added).toEqual([
      '    "brave-notes": {',
      '      description: "What com.example/brave-notes needs",',
      '      keys: { NOTES_TOKEN: { placeholder: "replace-me" } },',
      "    brave_notes: {",
      '      host: "brave-notes",',
      '      image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/brave-notes:2026.8.31",',
      '      environment: { NOTES_MODE: "fast" },',
      '      secrets: ["brave-notes"],',
      "      sidecar: {",
      '        login: "google",',
      '        secrets: ["google-oauth", { secret: "session-keys", keys: ["SESSION_ENCRYPTION_KEY"] }],',
      '        stdio: ["mcp-server-memory", "--verbose", "true"],',
      '      audit: { source: "mcp-brave-notes" },',
      '      local: { command: ["npx", "-y", "@modelcontextprotocol/server-memory@2026.8.31", "--verbose", "true"] },',
    ]);
    expect(out).toMatch(
      /one container.*a secret.*Stage prod: https:\/\/brave-notes\.mcp\.themailworks\.com, about \d+\.\d\d USD/s,
    );
    expect(err.join("\n")).toMatch(
      /fill in NOTES_SPACE.*RUN npm install -g @modelcontextprotocol\/server-memory@2026\.8\.31/s,
    );
    expect(err).toContain("- NOTES_TOKEN (From the settings of Notes):");
    expect(err).toContain("    ./fleet secrets set brave-notes NOTES_TOKEN --stage prod");

    const removed = await run(["remove", "brave_notes", "--yes"]);
    expect(await map()).toBe(original);
    expect(removed.out).toMatch(/secrets\.brave-notes, which nothing else uses\n(.*\n)*secrets\.google-oauth stays/);
    expect(removed.err.join("\n")).toMatch(/brave-notes: on AWS the secret stays in Secrets Manager with its values/);
  });

  it.each([
    ["npm:@modelcontextprotocol/server-memory", "memory", "@modelcontextprotocol/server-memory@2026.8.31"],
    ["npm:@acme/mcp-server", "acme", "@acme/mcp-server@2026.8.31"],
    ["npm:memory-mcp@next", "memory", "memory-mcp@2026.8.31"],
    ["npm:@acme/file-mcp@1", "file", "@acme/file-mcp@1.10.0"],
    ["npm:@acme/silent-mcp@1.2.3", "silent", "@acme/silent-mcp@1.2.3"],
  ])("pins what %s is today", async (source, key, exact) => {
    expect((await run(["add", source, "--yes"])).code).toBe(0);
    expect(await map()).toMatch(new RegExp(`^ {4}${key}: \\{`, "m"));
    expect(await map()).toContain(`local: { command: ["npx", "-y", "${exact}"] },`);
  });

  it("has uvx run a package of PyPI here, and uv install it into the image", async () => {
    const { code, err } = await run(["add", "pypi:mcp-server-git==2026.1.14", "--yes"]);
    expect([code, err.join("\n")]).toEqual([
      0,
      expect.stringContaining("RUN uv tool install 'mcp-server-git==2026.1.14'"),
    ]);
    expect(await map()).toMatch(/^ {4}git: \{/m);
    expect(await map()).toContain(
      'local: { command: ["uvx", "--from", "mcp-server-git==2026.1.14", "mcp-server-git"] },',
    );
  });

  it("puts a sidecar in front of an image that speaks HTTP", async () => {
    const image = "image:docker.io/acme/notes-mcp:1.4";
    const { out } = await run(["add", image, "--key", "notes", "--login", "none", "--port", "3000", "--yes"]);
    expect(await map()).toContain('      sidecar: { login: "none" },\n');
    expect(await map()).toContain('      image: "docker.io/acme/notes-mcp:1.4",\n      port: 3000,\n');
    expect(out).toMatch(/two containers.*Stage local: without tasks, .*local\.command would start it/s);
  });

  it.each([
    ["a key that is taken", ["npm:x", "--key", "everything"], /services\.everything is there already: name another/],
    ["a key that is none", ["npm:x", "--key", "123"], /^123 is no key of the map: name one with --key/],
    ["a key that is too long", ["npm:x", "--key", "a".repeat(80)], /--key gives it another name/],
    ["a package that npm has not", ["npm:@acme/gone"], /^npm has no @acme\/gone@latest: correct/],
    [
      "an image in capitals",
      ["image:UPPER/Case"],
      /^UPPER\/Case is no image: its repository is in lower case, .*Write it/,
    ],
    ["an image of somebody in capitals", ["image:Acme/notes"], /^Acme\/notes is no image/],
    ["an image by its address", ["image:https://acme/x"], /^https:\/\/acme\/x is no image: .*without https:\/\//],
    ["an image with a space", ["image:acme/x y"], /^acme\/x y is no image/],
    [
      "a word that names nothing",
      ["image:"],
      /^image: names nothing: write npm:<package>, pypi:<package> or image:<image>/,
    ],
    ["a package by its repository", ["npm:github:acme/x"], /is no name of a package in registry\.npmjs\.org/],
    ["a file that is not there", ["no-such.json"], /^no-such\.json cannot be read: .*Name npm:<package>/],
    ["a package without its kind", ["@acme/notes"], /^@acme\/notes cannot be read: .*Name npm:@acme\/notes, pypi:/],
    ["a package of PyPI that is none", ["pypi:a b"], /^a b is no name of a package in pypi\.org/],
    [
      "an address that does not answer",
      ["http://127.0.0.1:1/server.json"],
      /^http:\/\/127\.0\.0\.1:1\/server\.json cannot be read/,
    ],
    ["an empty pipe", ["-"], /^The pipe is no JSON: it is empty\./],
    ["two pipes", ["-", "--values", "-"], /^There is one pipe/],
    ["a port that is none", ["npm:x", "--port", "http"], /^--port http: use a number/],
    ["a stage that is none", ["npm:x", "--stage", "nope"], /^No stage nope/],
  ])("refuses %s, and leaves the map alone", async (_, args, words) => {
    const { code, err } = await run(["add", "--yes", ...args], { env: nowhere });
    expect(code).toBeGreaterThan(0);
    expect(err.join("\n")).toMatch(words);
    expect(await map()).toBe(original);
  });

  it("tells what the map has against a host that is taken, and how to go on", async () => {
    const command = [join(project.folder, "packages/cli/main.ts"), "add", "npm:google", "--yes"];
    await expect(promisify(execFile)(process.execPath, command)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^The map would refuse this entry, .*--key gives it another name.*services\.google\.host = /s,
      ),
    });
    expect(await map()).toBe(original);
  });

  const inOneLine = (text: string) => text.replaceAll(/^\s*\/\/.*$/gm, "").replaceAll(/\s+/g, " ");
  it.each<[what: string, written: (text: string) => string]>([
    ["that begins with a byte order mark", (text) => `\uFEFF${text}`],
    ["that was written on Windows", (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`],
    ["with line ends of both kinds", (text) => text.replace("\n", "\r\n")],
    ["in one line", inOneLine],
  ])("writes into a map %s as it is written, and takes it out again", async (_, written) => {
    const before = written(original);
    await writeFile(file(), before);
    expect((await run(["add", await serverJson(npm), "--yes"])).code).toBe(0);
    const added = await map();
    const unequal = (text: string) => [/^\uFEFF/.test(text), /\r\n/.test(text), /[^\r]\n/.test(text)];
    expect(unequal(added)).toEqual(unequal(before));
    expect(added).toMatch(/"brave-notes": \{.*brave_notes: \{/s);
    expect((await run(["remove", "brave_notes", "--yes"])).code).toBe(0);
    expect(await map()).toBe(before);
  });

  it("leaves a link, and what the file may be done with, as they are", async () => {
    const elsewhere = join(bin, "map.ts");
    await writeFile(elsewhere, original, { mode: 0o640 });
    await rm(file());
    await symlink(elsewhere, file());
    onTestFinished(() => rm(file()));
    expect((await run(["add", "npm:@acme/silent-mcp@1.2.3", "--yes"])).code).toBe(0);
    expect([(await lstat(file())).isSymbolicLink(), (await stat(elsewhere)).mode & 0o777]).toEqual([true, 0o640]);
    expect(await readFile(elsewhere, "utf8")).toContain("    silent: {");
  });

  it("writes nothing unasked, nothing over a save of somebody else, and no service that is not there away", async () => {
    const source = await serverJson(npm);
    expect(await run(["add", source], { env: nowhere })).toMatchObject({
      code: 2,
      err: [expect.stringContaining("--yes")],
    });
    expectRefusal(await run(["remove", "nothing", "--yes"]), { code: 2, says: /^No service nothing/ });
    expect(await map()).toBe(original);
    const saved = `${original}// saved\n`;
    const save = (line: string) => void (line.startsWith("It creates") && writeFileSync(file(), saved));
    const said = await run(["add", source, "--yes"], { onLine: save });
    expect([said.code, said.err.at(-1), await map()]).toEqual([1, expect.stringMatching(/saved meanwhile/), saved]);
  });
});

describe("fleet add, with the values of secrets", () => {
  const value = "s3cr3t-of-notes";
  const SecretId = "/local/mcp/brave-notes";
  const first = JSON.stringify({ NOTES_TOKEN: "replace-me" });
  /** What `npm start` does about a saved map. */
  const deploy = () => client.send(new CreateSecretCommand({ Name: SecretId, SecretString: first }));
  const current = async () => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  const expectUntold = async ({ out, err }: { readonly out: string; readonly err: readonly string[] }) => {
    expect(`${out}${err.join("\n")}${await map()}`).not.toContain("s3cr3t");
  };

  it("asks for them without echo, and puts them once the running fleet has the secret", async () => {
    const begin = vi.fn(deploy);
    const onProgress = () => void (begin.mock.calls.length === 0 && begin());
    const said = await run(["add", await serverJson(npm)], { answers: ["shared", value, "y"], onProgress });
    expect(said.err).toContain("NOTES_TOKEN (From the settings of Notes) (not shown): ");
    expect(said.err).toContain("Waiting for npm start to make /local/mcp/brave-notes");
    expect(said.out).toMatch(
      /^NOTES_TOKEN of \/local\/mcp\/brave-notes is set: version \w{8} is current\.\nbrave_notes rolls/m,
    );
    expect(said.code).toBe(0);
    expect(await current()).toBe(JSON.stringify({ NOTES_TOKEN: value }));
    expect(await map()).toContain('environment: { NOTES_MODE: "fast", NOTES_SPACE: "shared" }');
    await expectUntold(said);
  });

  it("takes them from a pipe where nobody can be asked, and names what it has no use for", async () => {
    const stdin = `NOTES_TOKEN=${value}-two\nNOTES_SPACE=shared\nOTHER=x\n`;
    const said = await run(["add", await serverJson(npm), "--values", "-", "--yes"], { stdin });
    expect(said.err).toContain("Left out, as the server declares none of them: OTHER.");
    expect(await current()).toBe(JSON.stringify({ NOTES_TOKEN: `${value}-two` }));
    await expectUntold(said);
  });

  it("leaves a placeholder where somebody presses Enter, and says what sets it", async () => {
    const said = await run(["add", await serverJson(npm)], { answers: ["", "", "y"] });
    expect(said.code).toBe(0);
    expect(said.err.join("\n")).toMatch(/fill in NOTES_SPACE.*secrets set brave-notes NOTES_TOKEN --stage prod/s);
    expect(said.out).not.toContain("is set");
  });

  it("does not ask for what nobody could take", async () => {
    const said = await run(["add", await serverJson(npm)], { answers: ["", "y"], env: nowhere });
    expect(said.code).toBe(0);
    expect(said.err).toContain(
      "Its secrets are for later, as no stage can take them now: The local endpoint does not answer: start it with npm start, and export the AWS_ENDPOINT_URL it prints.",
    );
  });

  it("says what deploys them on AWS, and waits for that where somebody wants it to", async () => {
    const values = join(project.folder, "notes.env");
    await writeFile(values, `NOTES_TOKEN=${value}\n`);
    const said = await run(["add", await serverJson(npm), "--stage", "prod", "--values", values, "--yes"]);
    expect(said.err).toContain(`- ./fleet secrets import ${values} --stage prod`);
    await expectUntold(said);
    await writeFile(file(), original);
    const asked = await run(["add", await serverJson(npm), "--stage", "prod"], { answers: ["n", "", "y"] });
    expect(asked.err.join("\n")).toMatch(
      /have this command wait for that deploy\?.*secrets set brave-notes NOTES_TOKEN --stage prod/s,
    );
  });

  it.each<[what: string, answers: readonly string[], words: RegExp]>([
    ["three placeholders", ["", ...Array(3).fill("replace-me")], /NOTES_TOKEN is a placeholder\. Nothing was changed/],
    ["no", ["", value, "n"], /^Nothing was changed\.$/],
  ])("changes nothing after %s", async (_, answers, words) => {
    const said = await run(["add", await serverJson(npm)], { answers });
    expect([said.code, said.err.at(-1), await map()]).toEqual([
      expect.any(Number),
      expect.stringMatching(words),
      original,
    ]);
    expect(said.code).toBeGreaterThan(0);
  });

  it("asks again for what is none of the choices", async () => {
    const input = { name: "NOTES_MODE", choices: ["fast", "slow"], isRequired: true };
    const source = await serverJson({ ...npm, environmentVariables: [input] });
    const said = await run(["add", source], { answers: ["medium", " fast ", "y"] });
    expect([said.code, said.err[2]]).toEqual([0, "NOTES_MODE cannot be medium: it is one of fast, slow."]);
    expect(await map()).toContain('environment: { NOTES_MODE: "fast" }');
  });

  it("keeps no value when Ctrl-C ends the wait, and says what is left to do", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const args = ["add", await serverJson(npm), "--key", "late"];
    const said = await run(args, { answers: ["", value, "y"], signal: stop.signal, onProgress });
    expect(await map()).toContain("    late: {");
    expect(said.code).toBe(1);
    expect(said.err.at(-1)).toBe(
      "Stopped waiting. The values were not put, and are kept nowhere: ./fleet secrets set late NOTES_TOKEN --stage local",
    );
    await expectUntold(said);
  });
});
