import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import type { RuntimeHandler } from "../sst.ts";

/** The code of a function: what it was built from, by the hash of each file, and what it became. */
const Bundle = v.object({ inputs: v.record(v.string(), v.string()), files: v.record(v.string(), v.string()) });
type Bundle = v.InferOutput<typeof Bundle>;
type Build = RuntimeHandler["build"];

/** The part of esbuild's `PluginBuild` that is used here: SST brings its own version. */
interface Building {
  onEnd(call: (result: { readonly metafile?: { readonly inputs: object } | undefined }) => void): void;
}

/** What matters besides the imported files: how names resolve, and which packages are installed. */
const surroundings = ["package.json", "tsconfig.json", "node_modules/.package-lock.json"];

/**
 * Rebuilds a function only when something it imports has changed. SST bundles every function at every deploy: half of
 * the work of a deploy to this machine, where one follows another.
 * @param root the project's folder, which is where `sst` works
 * @param cache a folder that projects with the same packages share
 */
export function keepBundles(handler: RuntimeHandler, root: string, cache: string): void {
  const { build } = handler;
  handler.build = async (input) => {
    const { props, out } = input;
    const file = join(cache, `${hash(JSON.stringify([props.handler, props.architecture, props.nodejs]))}.json`);
    const kept = await read(file);
    if (kept !== undefined && (await isCurrent(root, kept))) {
      for (const [name, text] of Object.entries(kept.files)) await write(join(out, name), text);
      return { type: "success", handler: props.handler ?? "" };
    }
    const { built, imported } = await watchImports(build, input);
    if (built.type === "success") {
      const bundle = { inputs: await hashes(root, [...imported, ...surroundings]), files: await textsOf(out) };
      const draft = `${file}.${randomUUID()}`;
      await write(draft, JSON.stringify(bundle));
      await rename(draft, file);
    }
    return built;
  };
}

/** Builds, and notes the project's own files that went into it. */
async function watchImports(build: Build, input: Parameters<Build>[0]) {
  const imported: string[] = [];
  const { nodejs } = input.props;
  const noting = {
    name: "imports",
    setup: ({ onEnd }: Building) =>
      onEnd(({ metafile }) => {
        imported.push(...Object.keys(metafile?.inputs ?? {}).filter((name) => !name.includes("node_modules/")));
      }),
  };
  const esbuild = { ...nodejs?.esbuild, plugins: [...(nodejs?.esbuild?.plugins ?? []), noting] };
  const built = await build({ ...input, props: { ...input.props, nodejs: { ...nodejs, esbuild } } });
  return { built, imported };
}

async function isCurrent(root: string, { inputs }: Bundle): Promise<boolean> {
  const now = await hashes(root, Object.keys(inputs));
  return Object.entries(inputs).every(([name, was]) => now[name] === was);
}

async function hashes(root: string, names: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const text = (name: string) => readFile(join(root, name), "utf8").catch(absent);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, hash((await text(name)) ?? "")])));
}

async function textsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name.slice(folder.length + 1), await readFile(name, "utf8")])),
  );
}

async function read(file: string): Promise<Bundle | undefined> {
  const text = await readFile(file, "utf8").catch(absent);
  return text === undefined ? undefined : v.parse(Bundle, JSON.parse(text));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

function absent(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
