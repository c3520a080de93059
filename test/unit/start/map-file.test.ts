import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMap } from "#cli/map/read.ts";
import { Saves } from "#cli/map/saves.ts";
import { planStage } from "#fleet";
import { codeOf, listCode } from "#start/watch/code.ts";
import { differentFields } from "#start/watch/differences.ts";
import { Watched } from "#start/watch/watched.ts";
import { echo, mapOf } from "../../stage/maps.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-fleet-map-"));
  for (const part of ["packages", "node_modules", "package.json"]) await symlink(join(root, part), join(folder, part));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

const small = (image: string) => `
  import { image } from "./maps/image.ts";
  export default {
    domain: "example.com", stages: { local: { runsOn: "loopback" } },
    oauth: { paths: ["/.well-known/*"] }, audit: { secret: "splunk", index: "i" },
    alarms: Object.fromEntries(["unhealthyHosts", "healthyHosts", "errors5xx", "latencyP95", "latencyP99", "latencyAverage"]
      .map((name) => [name, { threshold: 1 }])),
    secrets: { splunk: { description: "Splunk", keys: {
      SPLUNK_HEC_URL: { placeholder: "https://replace-me.example.com" }, SPLUNK_HEC_TOKEN: { placeholder: "replace-me" } } } },
    services: { one: { host: "one", image: ${image}, port: 1, cpu: 256, memory: 512, oauth: "owner" } },
  };`;

describe("fleet.config.ts, read while the process runs", () => {
  it("[STR-4] is reported when it is gone, and is read again when it is back", async () => {
    expect(await readMap(folder)).toMatchObject({
      kind: "mistake",
      error: {
        message: expect.stringMatching(/fleet\.config\.ts = \(not set\)[\s\S]*The file is gone: restore it\./),
      },
    });
    await write("fleet.config.ts", small('"x/y:1"').replace(/^.*import.*$/m, ""));
    expect(await readMap(folder)).toMatchObject({ kind: "map" });
  });

  it("is read again each time, with what it imports through other files", async () => {
    await write("fleet.config.ts", small("image"));
    await write("maps/image.ts", 'import { tag } from "./tag.ts"; export const image: string = "r/one:" + tag;');
    const images: unknown[] = [];
    for (const tag of ["1", "2"]) {
      await write("maps/tag.ts", `export const tag = "${tag}";`);
      const reading = await readMap(folder);
      if (reading.kind === "mistake") throw reading.error;
      images.push(reading.map.services.one?.image);
      const names = ["fleet.config.ts", "maps/image.ts", "maps/tag.ts"];
      expect(reading.files).toEqual(names.map((name) => join(folder, name)));
    }
    expect(images).toEqual(["r/one:1", "r/one:2"]);
  });

  it.each([
    ["a syntax error, with its place", "const = 1;", /fleet\.config\.ts, line 1 = "SyntaxError: Expected identifier/],
    ["what it exports, where that is no map", "export default 1;", /export default = "not a map, but a number"/],
    ["what it throws", 'throw new Error("no such team");', /fleet\.config\.ts, line 1 = "Error: no such team"/],
    ["a field that is wrong", small('"r/one"'), /services\.one\.image = "r\/one"\n +allowed: .*\n +remedy: /],
  ])("reports %s", async (_, source, says) => {
    await write("fleet.config.ts", source);
    await write("maps/image.ts", "export const image = 1;");
    const reading = await readMap(folder);
    expect(reading).toMatchObject({ kind: "mistake", error: { message: expect.stringMatching(says) } });
  });

  it("names a file that is imported and not there, so that it can be waited for", async () => {
    await write("fleet.config.ts", small("image"));
    const { kind, files } = await readMap(folder);
    expect({ kind, files }).toEqual({
      kind: "mistake",
      files: [join(folder, "fleet.config.ts"), join(folder, "maps/image.ts")],
    });
  });
});

describe("watching files", () => {
  it("reports a save, a change, a rename into place, a deletion and a new file, each once", async () => {
    const [a, b] = [join(folder, "a.ts"), join(folder, "b.ts")];
    await write("a.ts", "1");
    const saves = new Saves();
    saves.follow([a, b]);
    const look = () => saves.look(new Set([a, b]));
    expect(look()).toEqual([]);
    await write("a.new", "1");
    await rename(join(folder, "a.new"), a);
    expect(look()).toEqual([{ path: a, changed: false }]);
    await write("a.ts", "2");
    await write("b.ts", "1");
    expect(look()).toEqual([
      { path: a, changed: true },
      { path: b, changed: true },
    ]);
    await rm(a);
    expect(look()).toEqual([{ path: a, changed: true }]);
    expect(look()).toEqual([]);
  });
});

describe("the code of a service", () => {
  const list = async (...command: readonly string[]) =>
    listCode(await codeOf(folder, command)).map((path) => path.slice(folder.length + 1));

  beforeEach(async () => {
    await write("servers/notes/main.ts", 'import "../shared/words.ts";');
    await write("servers/notes/tools/add.ts", "");
    await write("servers/notes/data.json", "{}");
    await write("servers/notes/node_modules/x/index.js", "");
    await write("servers/shared/words.ts", "");
    await write("alone.py", "");
  });

  it.each([
    [
      ["node", "servers/notes/main.ts"],
      ["servers/notes/main.ts", "servers/notes/tools/add.ts", "servers/shared/words.ts"],
    ],
    [["node", "--import=./servers/shared/words.ts", "x.ts"], ["servers/shared/words.ts"]],
    [
      ["sh", "-c", "cd servers/notes && node main.ts"],
      ["servers/notes/main.ts", "servers/notes/tools/add.ts"],
    ],
    [["python3", "alone.py"], ["alone.py"]],
    [
      ["uv", "run", "--directory", "servers/notes", "main.py"],
      ["servers/notes/main.ts", "servers/notes/tools/add.ts"],
    ],
    [["npx", "--no-install", "mcp-server-everything", "."], []],
    [["node", "node_modules/typescript/lib/typescript.js"], []],
    [["node", "-e", "x".repeat(5_000)], []],
  ])("behind %j is %j", async (command, files) => {
    expect((await list(...command)).toSorted()).toEqual(files);
  });

  it("is followed with files that come later, and without what the service itself writes", async () => {
    const plan = planStage(
      mapOf({ one: echo("one", { oauth: "owner", local: { command: ["node", "servers/notes/main.ts"] } }) }),
      "local",
    );
    const watched = new Watched(folder);
    await watched.followCode(plan);
    await write("servers/notes/data.json", "{1}");
    expect((await watched.look()).code).toEqual(new Map());
    await write("servers/notes/tools/new.ts", "");
    await rm(join(folder, "servers/notes/tools/add.ts"));
    const { code } = await watched.look();
    expect(code.get("one")?.toSorted()).toEqual(["servers/notes/tools/add.ts", "servers/notes/tools/new.ts"]);
  });
});

it("the fields in which two plans differ are named by keys, and are not too many", () => {
  const services = (count: number) => [
    { key: "a", cpu: 1, tags: ["x"] },
    { key: "b", cpu: count },
  ];
  expect(differentFields({ services: services(1) }, { services: services(2) })).toEqual(["services.b.cpu"]);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [at, at]));
  expect(differentFields(many, {})).toHaveLength(10);
});
