import * as v from "valibot";
import type { Reader } from "./reader.ts";

/** As `fleet alarms close` sends it. */
export const ClosingNotice = v.object({
  source: v.literal("mcp-fleet"),
  /** A service's key, or an alarm's name. */
  close: v.string(),
  by: v.string(),
});
export type ClosingNotice = v.InferOutput<typeof ClosingNotice>;

export const readClosing: Reader = ({ json }) => {
  const parsed = v.safeParse(ClosingNotice, json);
  return parsed.success ? { kind: "closing", target: parsed.output.close, by: parsed.output.by } : undefined;
};
