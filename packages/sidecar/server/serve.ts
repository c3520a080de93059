import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditClient, Watch } from "../audit/index.ts";
import type { Metrics } from "../calls/metrics.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Sessions } from "../sessions/index.ts";
import type { ToolContext } from "../toolbox/tool.ts";
import type { ServerHealth } from "./health.ts";

/** Who sent a request, as the login established it. */
export interface Visitor {
  readonly context: Pick<ToolContext, "caller" | "google">;
  readonly actor: Watch["actor"];
}

/** Who sent this request. */
export interface Sender extends Visitor {
  /** Counts what comes in it besides its first message. @throws {Refusal} when it is more than the sender may ask */
  chargeFor(messages: readonly unknown[]): void;
}

/** Answers a request to `/mcp` of somebody who was admitted. */
export type Serve = (req: IncomingMessage, res: ServerResponse, sender: Sender, requestId: string) => Promise<void>;

/** What answers `/mcp`: a server behind, or tools in this process. */
export interface Behind {
  readonly serve: Serve;
  /** Absent where nothing is behind. */
  health?(): Promise<ServerHealth>;
  /** Once no request is in flight: writes down what has ended, and ends what it started, after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>;
}

export interface Surroundings {
  readonly config: Config;
  /** Aborted when the task begins to stop: calls go on, and streams that wait for news end. */
  readonly stopping: AbortSignal;
  /** Absent without a login. */
  readonly sessions: Sessions | undefined;
  readonly audit: AuditClient;
  readonly metrics: Metrics;
  readonly log: Log;
}
