import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildFailure, build, type Plugin } from "esbuild";
import { type FleetDefinition, FleetError, loadMapFrom } from "#fleet";

/** The content of `fleet.config.ts` when it was read. */
export type MapReading =
  | { readonly kind: "map"; readonly map: FleetDefinition; readonly files: readonly string[] }
  /** `files` are those where the fix may be, including imported ones that are missing. */
  | { readonly kind: "mistake"; readonly error: unknown; readonly files: readonly string[] };

let readings = 0;

/**
 * Reads the map as it is on disk now. Node keeps a module for as long as the process lives, and with it the files that
 * it imports: they are put into one module with a new name. `#fleet` and packages stay the ones that run.
 */
export async function readMap(project: string): Promise<MapReading> {
  const entry = join(project, "fleet.config.ts");
  const files = new Set([entry]);
  readings += 1;
  // Of its own: `npm start` and consoles read the same save at the same time, and each clears up after itself.
  const folder = join(project, ".mcp-fleet", `map-${process.pid}-${readings}`);
  const module = join(folder, "map.mjs");
  try {
    const source = await bundle(project, entry, files);
    await mkdir(folder, { recursive: true });
    await writeFile(module, source);
    // An error while it is loaded names the file and line that somebody wrote.
    process.setSourceMapsEnabled(true);
    const map = await loadMapFrom(() => import(pathToFileURL(module).href));
    return { kind: "map", map, files: [...files] };
  } catch (error) {
    return { kind: "mistake", error: explained(error), files: [...files] };
  } finally {
    await rm(folder, { recursive: true, force: true });
    // A map that is refused leaves nothing behind. A folder that holds something stays.
    await rmdir(dirname(folder)).catch(() => undefined);
  }
}

async function bundle(project: string, entry: string, files: Set<string>): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: project,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    packages: "external",
    external: ["#*"],
    define: {
      "import.meta.url": JSON.stringify(pathToFileURL(entry).href),
      "import.meta.dirname": JSON.stringify(project),
      "import.meta.filename": JSON.stringify(entry),
    },
    sourcemap: "inline",
    logLevel: "silent",
    plugins: [noting(files)],
  });
  return outputFiles[0]?.text ?? "";
}

/** Notes each file that is asked for, whether it is there or not. */
function noting(files: Set<string>): Plugin {
  return {
    name: "noting",
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        files.add(resolve(resolveDir, path));
        return undefined;
      });
    },
  };
}

/** esbuild's errors, each with its place. */
function explained(error: unknown): unknown {
  if (!isBuildFailure(error)) return error;
  return new FleetError(
    error.errors.map(({ text, location }) =>
      // What has no place is the map itself.
      location === null
        ? { field: "fleet.config.ts", value: undefined, allowed: "a map", remedy: "The file is gone: restore it." }
        : {
            field: `${location.file}, line ${location.line}`,
            value: `SyntaxError: ${text}`,
            allowed: "TypeScript that can be loaded",
            remedy: "Fix that line, or the one before it; npx tsc -p . shows where it breaks.",
          },
    ),
  );
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}
