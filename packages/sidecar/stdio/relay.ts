import { ProtocolError, type RequestId, Server } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { AskOptions } from "./child.ts";
import type { Server as Behind } from "./children.ts";
import { NoAnswer, Refused } from "./no-answer.ts";

export interface RelayParts {
  readonly behind: Behind;
  readonly era: "modern" | "legacy";
  readonly patienceMs: number;
  /** Asks the server; what happens to calls is written down there. */
  ask(method: string, params: Readonly<Record<string, unknown>>, options: AskOptions): Promise<Record<string, unknown>>;
}

const Params = v.optional(v.looseObject({ _meta: v.optional(v.record(v.string(), v.unknown())) }), {});
const Capabilities = v.object({
  tools: v.optional(v.object({})),
  prompts: v.optional(v.object({})),
  resources: v.optional(v.object({})),
  completions: v.optional(v.object({})),
});

/** A client that shows progress shows no more than this many steps a second. */
const progressEveryMs = 50;
/** JSON-RPC's range for servers. */
const unavailable = -32000;

/**
 * The server's side of one HTTP request, with the name and the tools of the process behind. It only has what a request
 * and its answer can carry: a server that serves each request anew has no subscriptions and no log level.
 */
export function createRelay({ behind, era, patienceMs, ask }: RelayParts): Server {
  const { greeting } = behind;
  const has = v.parse(Capabilities, greeting.capabilities);
  // Changes of the lists are told to those who listen for them, which revisions before 2026-07-28 cannot here.
  const list = era === "modern" ? { listChanged: true } : {};
  const server = new Server(greeting.serverInfo, {
    capabilities: {
      ...(has.tools && { tools: list }),
      ...(has.prompts && { prompts: list }),
      ...(has.resources && { resources: list }),
      ...(has.completions && { completions: {} }),
    },
    ...(greeting.instructions !== undefined && { instructions: greeting.instructions }),
  });
  server.fallbackRequestHandler = async ({ method, params }, { mcpReq }) => {
    const { _meta = {}, ...rest } = v.parse(Params, params ?? {});
    const token = mcpReq._meta?.progressToken;
    try {
      return await ask(
        method,
        { ...rest, ...withoutEnvelope(_meta) },
        {
          signal: mcpReq.signal,
          patienceMs,
          ...(token !== undefined && { onProgress: reportTo(token, (told) => mcpReq.notify(told)) }),
        },
      );
    } catch (error) {
      if (error instanceof Refused) throw new ProtocolError(error.failure.code, error.message, error.failure.data);
      if (error instanceof NoAnswer) throw new ProtocolError(unavailable, error.message);
      throw error;
    }
  };
  return server;
}

type Notify = (notification: { method: "notifications/progress"; params: ProgressParams }) => Promise<void>;
interface ProgressParams {
  readonly [key: string]: unknown;
  readonly progressToken: RequestId;
  readonly progress: number;
}

/** What comes faster than anybody looks is dropped, but for the end: a client that reads slowly fills no memory. */
function reportTo(progressToken: RequestId, notify: Notify): NonNullable<AskOptions["onProgress"]> {
  let last = Number.NEGATIVE_INFINITY;
  return ({ progressToken: _, ...progress }) => {
    const now = performance.now();
    if (now - last < progressEveryMs && progress.progress !== progress.total) return;
    last = now;
    void notify({ method: "notifications/progress", params: { ...progress, progressToken } }).catch(() => undefined);
  };
}

/** What a request of 2026-07-28 says of itself is between the client and this bridge. */
function withoutEnvelope(meta: Readonly<Record<string, unknown>>) {
  const rest = Object.entries(meta).filter(
    ([key]) => !key.startsWith("io.modelcontextprotocol/") && key !== "progressToken",
  );
  return rest.length === 0 ? {} : { _meta: Object.fromEntries(rest) };
}
