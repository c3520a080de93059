import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type Known, keep, stampOf } from "./known.ts";

/**
 * Loads the program and the map, and keeps what they suggest with the stamps of all their files.
 * @param before its names are used where the map cannot be read, as while somebody edits it
 */
export async function learn(project: string, before: Known | undefined): Promise<Known> {
  const files: Record<string, string> = {};
  const hooks = registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:") && !url.includes("/node_modules/")) {
        const file = fileURLToPath(url);
        files[file] = stampOf(file);
      }
      return next(url, context);
    },
  });
  const { describeProgram, readNames } = await import("./describe.ts");
  const program = describeProgram();
  try {
    const known = { files, program, names: await readNames() };
    keep(project, known);
    return known;
  } catch {
    return { files, program, names: before?.names ?? { stages: {}, services: [], secrets: {} } };
  } finally {
    hooks.deregister();
  }
}
