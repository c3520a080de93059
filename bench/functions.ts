import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { leanSdk } from "../packages/lambda/bundle/lean-sdk.ts";
import { median } from "./median.ts";

export interface FunctionFigures {
  readonly name: string;
  /** Process start to handler ready, over that of an empty handler in the same rounds. */
  readonly coldStartRatio: number;
  readonly coldStartMs: number;
  /** What the start loads, minified, and with what is loaded only when an event needs it. */
  readonly startBytes: number;
  readonly totalBytes: number;
}

const functionsFolder = fileURLToPath(new URL("../functions", import.meta.url));
const rounds = 15;

/** Cold start and size of every function, bundled as its stack bundles it, against an empty handler in one run. */
export async function benchFunctions(): Promise<readonly FunctionFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-functions-"));
  try {
    const names = (await readdir(functionsFolder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const bundles = await Promise.all(names.map(({ name }) => bundle(name, folder)));
    const empty = join(folder, "empty.mjs");
    await writeFile(empty, "export const handler = async () => ({});\n");
    const starts = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const file of [empty, ...bundles.map(({ entry }) => entry)]) {
        starts.set(file, [...(starts.get(file) ?? []), await timeStart(file)]);
      }
    }
    const floor = median(starts.get(empty) ?? []);
    return bundles.map(({ name, entry, startBytes, totalBytes }) => {
      const coldStartMs = median(starts.get(entry) ?? []);
      const coldStartRatio = Math.round((coldStartMs / floor) * 100) / 100;
      return { name, coldStartMs: Math.round(coldStartMs), coldStartRatio, startBytes, totalBytes };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(name: string, folder: string) {
  const outdir = join(folder, name);
  const { metafile } = await build({
    entryPoints: [join(functionsFolder, name, "handler.ts")],
    bundle: true,
    minify: true,
    splitting: true,
    alias: leanSdk,
    format: "esm",
    platform: "node",
    // As SST bundles them.
    mainFields: ["module", "main"],
    target: "node24",
    outdir,
    outExtension: { ".js": ".mjs" },
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    metafile: true,
    logLevel: "silent",
  });
  const outputs = Object.entries(metafile.outputs);
  const entry = outputs.find(([, output]) => output.entryPoint?.endsWith(`${name}/handler.ts`));
  if (entry === undefined) throw new Error(`esbuild wrote no entry for functions/${name}/handler.ts.`);
  const sizeOf = new Map(outputs.map(([file, output]) => [file, output]));
  const loaded = new Set<string>();
  const visit = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of sizeOf.get(file)?.imports ?? []) if (kind === "import-statement") visit(path);
  };
  visit(entry[0]);
  const files = (await readdir(outdir)).map((file) => join(outdir, file));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return {
    name,
    entry: join(outdir, "handler.mjs"),
    startBytes: [...loaded].reduce((sum, file) => sum + (sizeOf.get(file)?.bytes ?? 0), 0),
    totalBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** A separate process that loads the handler and reports it. */
async function timeStart(file: string): Promise<number> {
  const script = `await import(${JSON.stringify(pathToFileURL(file).href)});process.send("ready");process.disconnect();`;
  const began = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...placeholders },
  });
  await once(child, "message");
  const ms = performance.now() - began;
  child.kill();
  await once(child, "exit");
  return ms;
}

/** Some handlers read their environment when they are loaded, as AWS's own advice is. */
const placeholders = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" };
