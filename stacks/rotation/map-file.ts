import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RotationMap } from "#fleet";
import { useProject } from "../sst.ts";

/** Its name in the functions' folder. */
export const mapFileName = "rotation-map.json";

/**
 * Writes the map for the functions' bundles, and returns where, from the project's root. A thousand services do not fit
 * into a function's environment (4 KB), and a parameter holds 8 KB at most: docs/adr/0005-rotation-map-in-the-bundle.md.
 */
export function writeMap(map: RotationMap): string {
  const { root, out } = useProject().paths;
  const file = path.join(out, "rotation", map.stage, mapFileName);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(map)}\n`);
  return path.relative(root, file);
}
