import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Bundles the server for the image: `npx node packages/starter/bundle.ts <directory>`. Tools stay files of their own,
 * because the server finds them by looking into `tools/`.
 */
export async function bundleStarter(outdir: string): Promise<void> {
  const root = fileURLToPath(new URL(".", import.meta.url));
  const tools = (await readdir(new URL("./tools/", import.meta.url))).filter((file) => file.endsWith(".ts"));
  await build({
    absWorkingDir: root,
    entryPoints: ["main.ts", ...tools.map((file) => `tools/${file}`)],
    outbase: root,
    outdir,
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
  const [, , outdir] = process.argv;
  if (outdir === undefined) {
    process.stderr.write("Name the directory: npx node packages/starter/bundle.ts <directory>\n");
    process.exitCode = 2;
  } else await bundleStarter(outdir);
}
