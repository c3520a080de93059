import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertEntry, removeEntry } from "../../../packages/cli/add/map-source.ts";
import { copyProject, type Project } from "../../fixture/project.ts";

const run = promisify(execFile);
let project: Project;
let original: string;
beforeAll(async () => {
  project = await copyProject();
  original = await readFile(join(project.folder, "fleet.config.ts"), "utf8");
});
beforeEach(() => writeFile(join(project.folder, "fleet.config.ts"), original));
afterAll(() => project.remove());

const map = () => readFile(join(project.folder, "fleet.config.ts"), "utf8");
const fleet = (...args: readonly string[]) =>
  run(process.execPath, [join(project.folder, "packages/cli/main.ts"), ...args], { cwd: project.folder });

async function serverJson(packages: object): Promise<string> {
  const file = join(project.folder, "server.json");
  const server = { name: "com.example/brave-notes", description: "Notes", version: "1.0.0", packages: [packages] };
  await writeFile(file, JSON.stringify({ server, _meta: {} }));
  return file;
}

const npm = {
  registryType: "npm",
  identifier: "@modelcontextprotocol/server-memory",
  version: "2026.8.31",
  transport: { type: "stdio" },
  packageArguments: [{ type: "named", name: "--verbose", isRequired: true, default: "true" }],
  environmentVariables: [
    { name: "NOTES_TOKEN", description: "From the settings of Notes", isRequired: true, isSecret: true },
    { name: "NOTES_MODE", default: "fast" },
    { name: "NOTES_SPACE", isRequired: true },
  ],
};

describe("fleet add", () => {
  it("writes an entry and its secret from a server.json, and changes nothing else of the map", async () => {
    const { stdout, stderr } = await fleet("add", await serverJson(npm), "--yes");
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
    expect(stdout).toMatch(
      /one container.*Stage prod: https:\/\/brave-notes\.mcp\.themailworks\.com, about \d+\.\d\d USD/s,
    );
    expect(stderr).toMatch(/fill in NOTES_SPACE.*RUN npm install -g @modelcontextprotocol\/server-memory@2026\.8\.31/s);
    expect(stderr).toContain(
      "./fleet secrets set brave-notes NOTES_TOKEN --stage <stage>   # From the settings of Notes",
    );

    await fleet("remove", "brave_notes", "--yes");
    expect(await map()).toBe(original);
  });

  it("puts a sidecar in front of an image that speaks HTTP", async () => {
    await fleet("add", "image:docker.io/acme/notes-mcp:1.4", "--key", "notes", "--login", "none", "--yes");
    expect(await map()).toContain('      sidecar: { login: "none" },\n');
    expect(await map()).toContain('      image: "docker.io/acme/notes-mcp:1.4",\n      port: 8000,\n');
  });

  it.each([
    [
      "an image that speaks stdio",
      { registryType: "oci", identifier: "acme/x:1", transport: { type: "stdio" } },
      "has no sidecar in it",
    ],
    [
      "a package that nothing here runs",
      { registryType: "nuget", identifier: "x", transport: { type: "stdio" } },
      "no package from npm, PyPI",
    ],
    ["what is no server.json", { registryType: "npm" }, "is no server.json of the MCP registry: packages.0"],
  ])("refuses %s, and leaves the map alone", async (_, packages, words) => {
    await expect(fleet("add", await serverJson(packages), "--yes")).rejects.toMatchObject({
      stderr: expect.stringContaining(words),
    });
    expect(await map()).toBe(original);
  });

  it("writes nothing unasked, and no entry twice", async () => {
    const file = await serverJson(npm);
    await expect(fleet("add", file)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    await expect(fleet("add", file, "--key", "everything", "--yes")).rejects.toMatchObject({
      stderr: expect.stringContaining("services.everything is there already"),
    });
    await expect(fleet("remove", "nothing", "--yes")).rejects.toMatchObject({ code: 2 });
    expect(await map()).toBe(original);
  });
});

describe("the map's source", () => {
  const around = (services: string) =>
    `const x = 1;\nexport default { services: ${services}, other: [x] } satisfies object;\n`;

  it.each([
    ["is empty", "{}"],
    ["has an entry with a comma", "{\n    a: { x: 1 }, // why\n  }"],
    ["has an entry without one", "{\n    // why\n    a: { x: 1 }\n  }"],
  ])("takes an entry where the room %s, and gives it back", (_, services) => {
    const source = around(services);
    const more = insertEntry(source, "services", "b: {\n  y: 2,\n}");
    expect(more).toMatch(/^ {2,4}b: \{\n {4,6}y: 2,\n {2,4}\},\n/m);
    for (const kept of ["const x = 1;", "other: [x]", ...(services.match(/\/\/ why/) ?? [])])
      expect(more).toContain(kept);
    expect(removeEntry(more, "services", "b")).not.toContain("b:");
  });

  it("is left alone where the room is not written out", () => {
    expect(() => insertEntry("const services = {}; export default { services };", "services", "b: {}")).toThrow(
      "by hand",
    );
    expect(() => insertEntry("export default 1", "services", "b: {}")).toThrow("by hand");
  });
});
