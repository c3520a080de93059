import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the sidecar for the image: `npx node packages/sidecar/bundle.ts <directory>`. */
export async function bundleSidecar(outdir: string): Promise<void> {
  await build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: ["main.ts"],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
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
    process.stderr.write("Name the directory: npx node packages/sidecar/bundle.ts <directory>\n");
    process.exitCode = 2;
  } else await bundleSidecar(outdir);
}
