import * as v from "valibot";

/** A change worth announcing. */
export const notice = v.object({
  /** Counts from 1 for the life of the server. */
  id: v.number(),
  at: v.number(),
  tone: v.picklist(["good", "bad", "neutral"]),
  text: v.string(),
});
export type Notice = v.InferOutput<typeof notice>;
