import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type FollowedMap, followMap } from "#cli/console/followed-map.ts";
import { readMap } from "#cli/map/read.ts";
import { type FleetDefinition, planStage } from "#fleet";
import fixture from "../../fixture/map.ts";

let project: string;
let map: FollowedMap;
const told: string[] = [];
const patience = { timeout: 20_000, interval: 50 };

const file = () => join(project, "fleet.config.ts");
const keys = () => map.plan().services.map(({ key }) => key);
const write = (content: unknown) => writeFile(file(), `export default ${JSON.stringify(content)};`);
const save = (change: Partial<FleetDefinition>) => write({ ...fixture, ...change });
const { everything } = fixture.services;
if (everything === undefined) throw new Error("The fixture has lost what this test adds to prod.");
const more = { ...fixture.services, everything: { ...everything, stages: { except: ["local"] } } };

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "followed-map-"));
  await save({});
  map = await followMap({ project, env: {}, plan: planStage(fixture, "prod") }, (what) => told.push(what));
});
afterAll(async () => {
  map.stop();
  await rm(project, { recursive: true });
});
beforeEach(async () => {
  await save({});
  await vi.waitFor(() => expect([map.trouble(), keys()]).toEqual([undefined, ["google_workspace"]]), patience);
  told.length = 0;
});

it.each([
  ["is not TypeScript", () => writeFile(file(), "export default {"), /fleet\.config\.ts, line 1 = [^\n]*SyntaxError/],
  ["is half-written", () => writeFile(file(), ""), "export default = (not set)"],
  ["breaks a rule", () => save({ domain: "not a domain" }), 'domain = "not a domain"'],
  ["is deleted", () => rm(file()), "The file is gone: restore it."],
  ["has lost the stage", () => save({ stages: { local: { runsOn: "loopback" } } }), "prod"],
  [
    "moves the stage",
    () => save({ stages: { ...fixture.stages, prod: { ...fixture.stages.prod, account: "111111111111" } } }),
    "to 111111111111 in us-east-1: end fleet console with Ctrl-C",
  ],
])("[OPS-2] a map that %s is left out with its reason, and the page goes on by the last", async (_, become, reason) => {
  await become();
  await vi.waitFor(() => expect(map.trouble()?.reason).toMatch(reason), patience);
  expect(map.trouble()?.kind).toBe("refused");
  expect(keys()).toEqual(["google_workspace"]);
  expect(told.at(-1)).toContain("fleet.config.ts was saved, and is left out:");
});

it("[OPS-2] a map that an editor puts in the place of a broken one is the plan, and nothing is wrong any more", async () => {
  await writeFile(file(), "export default {");
  await vi.waitFor(() => expect(map.trouble()).toBeDefined(), patience);
  await save({ services: more });
  await rename(file(), `${file()}.new`);
  await rename(`${file()}.new`, file());
  await vi.waitFor(() => expect(keys()).toEqual(["google_workspace", "everything"]), patience);
  expect(map.trouble()).toBeUndefined();
});

it("[OPS-2] consoles and npm start read the same save at once, and none finds it broken", async () => {
  const reader = async () => {
    const found: unknown[] = [];
    for (let count = 0; count < 20; count++) found.push((await readMap(project)).kind);
    return found;
  };
  const readings = await Promise.all(Array.from({ length: 4 }, reader));
  expect(new Set(readings.flat())).toEqual(new Set(["map"]));
});
