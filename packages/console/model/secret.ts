import * as v from "valibot";

/** The console knows everything about a version except its value, which it never requests. */
export const secretVersion = v.object({
  id: v.string(),
  /** Milliseconds since the epoch; absent until it was asked for. */
  createdAt: v.optional(v.number()),
  /** Staging labels; a version without any is deprecated. */
  labels: v.array(v.string()),
});
export type SecretVersion = v.InferOutput<typeof secretVersion>;

export const secret = v.object({
  /** Its key in the map. */
  key: v.string(),
  name: v.string(),
  /** Keys of the services that use it. */
  usedBy: v.array(v.string()),
  /** The fleet's own functions that use it. */
  functions: v.array(v.string()),
  /** `deleted` ones can be restored until their recovery window ends. */
  status: v.picklist(["present", "deleted", "absent"]),
  rotation: v.picklist(["configured", "none"]),
  lastRotatedAt: v.optional(v.number()),
  nextRotationAt: v.optional(v.number()),
  /** Oldest first. */
  versions: v.array(secretVersion),
});
export type Secret = v.InferOutput<typeof secret>;
