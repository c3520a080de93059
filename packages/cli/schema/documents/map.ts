import * as v from "valibot";
import { count, stage } from "./parts.ts";

export const connect = v.object({
  mcpServers: v.record(
    v.string(),
    v.union([
      v.object({ type: v.literal("http"), url: v.pipe(v.string(), v.url()) }),
      v.object({
        command: v.string(),
        args: v.array(v.string()),
        env: v.optional(v.record(v.string(), v.string())),
      }),
    ]),
  ),
});

export const diff = v.object({
  stage,
  deployed: v.boolean(),
  changes: v.array(v.object({ kind: v.picklist(["add", "change", "remove"]), text: v.string() })),
  /** What a deploy would refuse, and the way. */
  refused: v.array(v.object({ evidence: v.string(), remedy: v.string() })),
});

export const moveCheck = v.object({
  stage,
  source: v.picklist(["state", "plan"]),
  findings: v.array(
    v.object({
      before: v.picklist(["deploy", "switch", "destroy"]),
      verdict: v.picklist(["collides", "adopt", "differs", "do", "ok"]),
      evidence: v.string(),
      remedy: v.optional(v.string()),
    }),
  ),
  unasked: v.pipe(v.array(v.string()), v.description("What the credentials may not ask, and why.")),
});

export const cost = v.object({
  stage,
  currency: v.literal("USD"),
  prices: v.object({ region: v.string(), asOf: v.string() }),
  lines: v.array(v.object({ what: v.string(), type: v.string(), count, monthly: v.number() })),
  monthly: v.number(),
  oneMore: v.number(),
  unpriced: v.array(v.string()),
});
