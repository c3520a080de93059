import { readdirSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { build } from "esbuild";

/** Where a service's own code is: whole folders, and files that are elsewhere. */
export interface Code {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** What is source, and not something a running service may write: a database, a log, a JSON file of its own. */
const sources = new Set(
  ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "py", "rb", "go", "rs", "java", "kt", "php", "sh"].map(
    (extension) => `.${extension}`,
  ),
);

/** A folder with more than this is no service's own code. */
const filesAtMost = 1_000;

/**
 * The code behind a command: each file of the project that it names, with its folder, and what JavaScript and
 * TypeScript import from there. A command that names no file of the project, such as an installed program, has none.
 */
export async function codeOf(project: string, command: readonly string[]): Promise<Code> {
  const named = command.flatMap((word) => word.split(/[\s"'=;&|()]+/)).flatMap((word) => fileOf(project, word));
  const folders = new Set<string>();
  const files = new Set<string>();
  for (const { path, kind } of named) {
    const folder = kind === "folder" ? path : dirname(path);
    if (isInside(project, folder)) folders.add(folder);
    else if (kind === "file") files.add(path);
  }
  const scripts = named.filter(({ path, kind }) => kind === "file" && /\.[mc]?[jt]sx?$/.test(path));
  for (const { path } of scripts) for (const imported of await importsOf(project, path)) files.add(imported);
  return { folders: [...folders], files: [...files] };
}

/** All files of the code, as they are now. */
export function listCode({ folders, files }: Code): readonly string[] {
  const found = new Set(files);
  for (const folder of folders) addSources(folder, found, filesAtMost);
  return [...found];
}

function addSources(folder: string, found: Set<string>, atMost: number): void {
  for (const entry of entriesOf(folder)) {
    if (found.size >= atMost) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !isLeftOut(entry.name)) addSources(path, found, atMost);
    else if (entry.isFile() && sources.has(extname(entry.name))) found.add(path);
  }
}

/** A folder that is not there at the moment has no files. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const isLeftOut = (name: string) => name.startsWith(".") || name === "node_modules" || name.startsWith("__");

function fileOf(project: string, word: string): { path: string; kind: "file" | "folder" }[] {
  if (word === "" || word.startsWith("-")) return [];
  const path = resolve(project, word);
  if (path.split(sep).includes("node_modules")) return [];
  // A program by its absolute path, such as /usr/bin/python3, is no code of the service.
  switch (kindOf(path)) {
    case "folder":
      return [{ path, kind: "folder" }];
    case "file":
      return sources.has(extname(path)) ? [{ path, kind: "file" }] : [];
    case "none":
      return [];
  }
}

/** Any word of a command may be asked about, also one that is too long for a name. */
function kindOf(path: string): "folder" | "file" | "none" {
  try {
    const found = statSync(path);
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : "none";
  } catch {
    return "none";
  }
}

/** In the project, and not its root, which holds everything. */
function isInside(project: string, folder: string): boolean {
  const way = relative(project, folder);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

/** Files of the project that a script imports, through however many others; none while it does not parse. */
async function importsOf(project: string, entry: string): Promise<readonly string[]> {
  try {
    const { metafile } = await build({
      absWorkingDir: project,
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      packages: "external",
      logLevel: "silent",
      outdir: join(project, ".mcp-fleet"),
    });
    return Object.keys(metafile.inputs)
      .map((file) => resolve(project, file))
      .filter((file) => !file.split(sep).includes("node_modules"));
  } catch {
    return [];
  }
}
