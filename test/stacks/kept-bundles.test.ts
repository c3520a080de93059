import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FileSystem } from "aws-cdk-lib/core";
import { beforeEach, describe, expect, it } from "vitest";
import { keepBundles } from "#stacks/deploy/kept-bundles.ts";
import type { RuntimeHandler } from "#stacks/sst.ts";

type Input = Parameters<RuntimeHandler["build"]>[0];
const handler = "functions/greet/handler.handler";
/** SST's own, as `sst deploy` uses it. */
const esbuild: { build(options: object): Promise<unknown> } = createRequire(
  import.meta.resolve("sst/runtime/handlers.js"),
)("esbuild");
const [greet, words] = ["functions/greet/handler.mjs", "packages/words.mjs"];

/** A project with one function, built by esbuild as SST does it. */
async function openProject(cache: string, greeting = "hello") {
  const root = await mkdtemp(join(tmpdir(), "mcp-fleet-bundles-"));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  };
  await write("package.json", "{}");
  await write("node_modules/.package-lock.json", "{}");
  await write(greet, `import { word } from "../../packages/words.mjs";\nexport const handler = () => word;\n`);
  await write(words, `export const word = "${greeting}";\n`);
  let builds = 0;
  const runtime: RuntimeHandler = {
    startWorker: async () => {},
    stopWorker: async () => {},
    shouldBuild: () => false,
    canHandle: () => true,
    async build({ out, props }) {
      builds += 1;
      const { plugins = [] } = props.nodejs?.esbuild ?? {};
      const result = await esbuild
        .build({
          absWorkingDir: root,
          entryPoints: [greet],
          outdir: join(out, "code"),
          bundle: true,
          metafile: true,
          logLevel: "silent",
          plugins,
        })
        .catch((error: unknown) => error);
      return result instanceof Error ? { type: "error", errors: [result.message] } : { type: "success", handler };
    },
  };
  keepBundles(runtime, root, cache);
  const deploy = async (nodejs: Input["props"]["nodejs"] = {}) => {
    const out = await mkdtemp(join(root, "out-"));
    const before = builds;
    const built = await runtime.build({ functionID: "f", mode: "deploy", out, props: { handler, nodejs } });
    const code = built.type === "success" ? await readFile(join(out, "code/handler.js"), "utf8") : "";
    return { built, code, hash: FileSystem.fingerprint(out), builds: builds - before };
  };
  return { root, write, deploy };
}

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "mcp-fleet-bundles-"));
});

describe("a function's bundle", () => {
  it("is built once while nothing it imports changes, also for another project with the same files", async () => {
    const one = await openProject(cache);
    const first = await one.deploy();
    expect(first).toMatchObject({ builds: 1, code: expect.stringContaining("hello") });
    await one.write("packages/other.mjs", "export {};");
    expect(await one.deploy()).toEqual({ ...first, builds: 0 });
    const other = await openProject(cache);
    expect(await other.deploy()).toEqual({ ...first, builds: 0 });
  });

  it("is the same asset, whichever project built and kept it last", async () => {
    const projects = [await openProject(cache), await openProject(cache)];
    const first = await Promise.all(projects.map(({ deploy }) => deploy()));
    expect(first.map(({ builds }) => builds)).toEqual([1, 1]);
    for (const { deploy } of projects) expect((await deploy()).hash).toBe(first[0]?.hash);
    expect(first[1]?.hash).toBe(first[0]?.hash);
  });

  it.each([
    ["what it imports", words, 'export const word = "good day";\n'],
    ["how names resolve", "tsconfig.json", "{}"],
    ["the installed packages", "node_modules/.package-lock.json", '{"packages":{}}'],
  ])("is rebuilt after a change of %s", async (_, name, text) => {
    const project = await openProject(cache);
    await project.deploy();
    await project.write(name, text);
    expect(await project.deploy()).toMatchObject({
      builds: 1,
      code: expect.stringContaining(name === words ? "good day" : "hello"),
    });
    expect((await project.deploy()).builds).toBe(0);
  });

  it("is built again for other options", async () => {
    const { deploy } = await openProject(cache);
    await deploy();
    expect((await deploy({ minify: true })).builds).toBe(1);
  });

  it("is not kept when it cannot be built", async () => {
    const { write, deploy } = await openProject(cache);
    await write(words, "export const = ;");
    expect((await deploy()).built.type).toBe("error");
    expect((await deploy()).builds).toBe(1);
    await write(words, 'export const word = "fixed";');
    expect((await deploy()).code).toContain("fixed");
  });
});
