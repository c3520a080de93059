import type { RotationMap } from "#fleet";
import { writeMapFile } from "../parts/map-file.ts";

/** Its name in the functions' folder. */
export const mapFileName = "rotation-map.json";

export function writeMap(map: RotationMap): string {
  return writeMapFile("rotation", map.stage, mapFileName, map);
}
