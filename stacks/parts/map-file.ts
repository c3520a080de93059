import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { useProject } from "../sst.ts";

/**
 * Writes a part of the map for a function's bundle, and returns where, from the project's root. A thousand services do
 * not fit into a function's environment (4 KB), and a parameter holds 8 KB at most:
 * docs/adr/0005-rotation-map-in-the-bundle.md.
 */
export function writeMapFile(folder: string, stage: string, name: string, map: object): string {
  const { root, out } = useProject().paths;
  const file = path.join(out, folder, stage, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(map)}\n`);
  return path.relative(root, file);
}
