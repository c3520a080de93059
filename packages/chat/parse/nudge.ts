import * as v from "valibot";

/** There is something to look at before the next tick: somebody has acknowledged, or silenced. */
export const Nudge = v.object({ source: v.literal("mcp-fleet"), look: v.literal("now") });
export const nudge: v.InferOutput<typeof Nudge> = { source: "mcp-fleet", look: "now" };
