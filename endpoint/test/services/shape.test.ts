import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Every service has the shape that README.md gives it under "A service". */
const services = fileURLToPath(new URL("../../services/", import.meta.url));
const tests = fileURLToPath(new URL("./", import.meta.url));
const names = readdirSync(services);

/** Words that other names for the parts would use. */
const otherNames =
  /^(state|store|registry|directory|operation|resource|provider|describe|wire|paging|limits|.+-(store|registry|operations|resource|provider))\.ts$/;

/** `<part>.ts` or `<part>/index.ts`, and never both. */
function partOf(service: string, part: string): string | undefined {
  const found = [`${service}/${part}.ts`, `${service}/${part}/index.ts`].filter((path) => existsSync(services + path));
  expect(found.length, `${service}: ${part}.ts or ${part}/index.ts`).toBeLessThanOrEqual(1);
  for (const path of found) expect(read(path).split("\n").length, `lines of ${path}`).toBeLessThanOrEqual(201);
  return found[0];
}

const load = async (path: string): Promise<Readonly<Record<string, unknown>>> => import(services + path);
const read = (path: string) => readFileSync(services + path, "utf8");

describe.each(names)("%s", (service) => {
  it("opens with service.ts, which exports create<Name> alone", async () => {
    const [made, ...others] = Object.keys(await load(`${service}/service.ts`));
    expect(made?.toLowerCase()).toBe(`create${service}`);
    expect(others).toEqual([]);
  });

  it("names its ports and its engine in engine.ts, or has an emulator in emulator.ts", () => {
    const engine = existsSync(`${services}${service}/engine.ts`);
    const emulator = existsSync(`${services}${service}/emulator.ts`);
    const needsNothing = /create\w+\(\)/.test(read(`${service}/service.ts`));
    expect([engine, emulator, needsNothing].filter(Boolean)).toHaveLength(1);
    if (needsNothing) return;
    const source = read(`${service}/${engine ? "engine" : "emulator"}.ts`);
    expect(source.toLowerCase()).toMatch(new RegExp(`^export (interface|type) ${service}ports\\b`, "m"));
  });

  it("gives operationsOf(engine) and resourcesOf(engine), each a file or a folder", async () => {
    const operations = partOf(service, "operations");
    expect(operations === undefined).toBe(existsSync(`${services}${service}/emulator.ts`));
    const resources = partOf(service, "resources");
    if (operations !== undefined) {
      const { operationsOf } = await load(operations);
      expect(operationsOf).toBeTypeOf("function");
      expect(operationsOf).toHaveProperty("length", read(`${service}/service.ts`).includes("operationsOf()") ? 0 : 1);
    }
    if (resources !== undefined) expect((await load(resources)).resourcesOf).toBeTypeOf("function");
    expect(read(`${service}/service.ts`).includes("resourcesOf(")).toBe(resources !== undefined);
  });

  it("says what a call acts on in access.ts", () => {
    expect(read(`${service}/service.ts`)).not.toMatch(/resourceOf|conditionKeysOf|safeParse|define\(/);
  });

  it("calls nothing by another name", () => {
    const files = readdirSync(services + service).filter((name) => statSync(`${services}${service}/${name}`).isFile());
    expect(files.filter((name) => otherNames.test(name))).toEqual([]);
  });

  it("has its tests in a folder of the same name", () => {
    const folder = `${tests}${service}`;
    expect(existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".test.ts"))).toBe(true);
  });
});

it("the tests of services are in their services' folders", () => {
  const others = readdirSync(tests).filter((name) => name.endsWith(".test.ts") && name !== "shape.test.ts");
  expect(others).toEqual([]);
});
