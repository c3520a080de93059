import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a program for its image: `npx node packages/sidecar/bundle.ts <folder> <directory>`, where the folder has a
 * `main.ts`. Tools stay files of their own, because the server finds them by looking into `tools/`.
 */
export async function bundle(folder: string, directory: string): Promise<void> {
  const files = await readdir(resolve(folder, "tools")).catch(() => []);
  await build({
    absWorkingDir: resolve(folder),
    entryPoints: ["main.ts", ...files.filter((file) => file.endsWith(".ts")).map((file) => `tools/${file}`)],
    outbase: resolve(folder),
    outdir: resolve(directory),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // Half the text to compile at each start; names stay, for stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    // Express and its friends are CommonJS and call `require`, which an ES module does not have.
    banner: {
      js: 'import { createRequire as requireForBundle } from "node:module"; const require = requireForBundle(import.meta.url);',
    },
    logLevel: "warning",
  });
}

if (import.meta.main) {
  const [, , folder, directory] = process.argv;
  if (folder === undefined || directory === undefined) {
    process.stderr.write("Name folder and directory: npx node packages/sidecar/bundle.ts <folder> <directory>\n");
    process.exitCode = 2;
  } else await bundle(folder, directory);
}
