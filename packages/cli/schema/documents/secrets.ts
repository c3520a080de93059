import * as v from "valibot";
import { stage, time } from "./parts.ts";

export const secretsList = v.object({
  stage,
  secrets: v.array(
    v.object({
      key: v.string(),
      name: v.string(),
      exists: v.boolean(),
      state: v.picklist(["missing", "deleted", "no value", "settled", "rotating", "rolling", "stuck"]),
      currentSince: v.nullable(time),
      pending: v.boolean(),
      rotation: v.picklist(["on", "off"]),
      lastRotation: v.nullable(time),
      nextRotation: v.nullable(time),
      usedBy: v.array(v.string()),
      functions: v.pipe(v.array(v.string()), v.description("The fleet's own functions that use it.")),
    }),
  ),
});

export const secretsGetKeys = v.object({
  stage,
  name: v.string(),
  keys: v.array(
    v.object({
      key: v.string(),
      state: v.picklist(["set", "placeholder", "missing", "legacy name", "not in the map"]),
    }),
  ),
});

export const secretsHistory = v.object({
  stage,
  name: v.string(),
  versions: v.array(v.object({ id: v.string(), labels: v.array(v.string()), createdAt: time })),
});
