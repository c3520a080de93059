import * as v from "valibot";

/** What the page can ask for, on the machine where the fleet runs. */
export const action = v.variant("kind", [
  v.object({ kind: v.literal("kill-task"), task: v.string() }),
  v.object({ kind: v.literal("roll-service"), service: v.string() }),
  v.object({ kind: v.literal("rotate-secret"), secret: v.string() }),
  /** Splunk answers 403 to every token for a while, or until this is undone. */
  v.object({ kind: v.literal("refuse-token") }),
  v.object({ kind: v.literal("accept-token") }),
  /** A chat answers 500 to everything for a while, or until this is undone; by its name in the map. */
  v.object({ kind: v.literal("silence-chat"), chat: v.string() }),
  v.object({ kind: v.literal("unsilence-chat"), chat: v.string() }),
  /** As the buttons of a message in Slack do; by a service's key or an alarm's name. */
  v.object({ kind: v.literal("acknowledge-alarms"), about: v.string() }),
  v.object({ kind: v.literal("silence-alarms"), about: v.string() }),
]);
export type Action = v.InferOutput<typeof action>;

/** `alarms`: only who has them, and whether they are silent. `actions`: all that may be done to a fleet on this machine. */
export const consoleMode = v.picklist(["read-only", "alarms", "actions"]);
export type ConsoleMode = v.InferOutput<typeof consoleMode>;

/** The outcome, in a sentence for a person. */
export const actionResult = v.object({ ok: v.boolean(), message: v.string() });
export type ActionResult = v.InferOutput<typeof actionResult>;
