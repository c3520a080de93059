import type { CallToolResult, InputRequiredResult } from "@modelcontextprotocol/server";
import type { z } from "zod";

/**
 * How a tool asks its user or the client's model something in the middle of a call: it returns
 * `inputRequired({ inputRequests: { confirm: inputRequired.elicit({ … }) } })`, and is run again with the answers, maybe
 * by another task. `acceptedContent(context.answers, "confirm", schema)` reads one. Clients of revisions before
 * 2026-07-28 cannot answer: they get an error that says so.
 */
export { acceptedContent, inputRequired } from "@modelcontextprotocol/server";

/** Who calls, as the login established it. */
export interface Caller {
  /** The identity provider's stable id of the user; `anonymous` on a server without a login. */
  readonly subject: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
}

export interface ToolContext {
  readonly caller: Caller;
  /**
   * Aborted when the client leaves. A cancellation notice does not abort it: the notice is a request of its own, which
   * may reach another task.
   */
  readonly signal: AbortSignal;
  /** Reports progress to the client, if it asked for that. */
  progress(done: number, total: number, message?: string): Promise<void>;
  /** What the client answered to the questions of the round before, by name; as untrusted as arguments are. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What this tool sealed in the round before; undefined in the first. */
  readonly state: unknown;
  /** Seals what the next round needs, for `inputRequired({ requestState })`: up to ten minutes, for this caller. */
  seal(state: unknown): Promise<string>;
  /** Google on the caller's behalf. */
  readonly google: GoogleAccess;
}

/** When Google no longer grants access, each method throws an error that says what to do. */
export interface GoogleAccess {
  /** An access token for Google's APIs, refreshed when it is about to expire. */
  accessToken(): Promise<string>;
  profile(): Promise<{ readonly name?: string | undefined }>;
}

/** A tool of this server. All it takes is a file in `tools/` with one as its default export. */
export interface Tool<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Shape;
  /** An error thrown here reaches the model as the tool's error: write it for the model. */
  run(args: z.infer<z.ZodObject<Shape>>, context: ToolContext): Promise<ToolResult> | ToolResult;
}

export type ToolResult = CallToolResult | InputRequiredResult;

export type AnyTool = Tool<z.ZodRawShape>;

/** Gives `run` the types that `input` describes. */
export function defineTool<const Shape extends z.ZodRawShape>(tool: Tool<Shape>): Tool<Shape> {
  return tool;
}

/** A result of one text. */
export function text(value: string): CallToolResult {
  return { content: [{ type: "text", text: value }] };
}
