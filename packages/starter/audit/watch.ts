import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import * as v from "valibot";
import type { AuditClient } from "./client.ts";
import type { ToolCallEvent } from "./event.ts";

export interface Watch {
  readonly audit: AuditClient;
  /** Who calls; the same for every message of the transport. */
  readonly actor: Pick<ToolCallEvent, "session" | "user" | "client">;
  readonly requestId: string;
  /** The argument names a tool's schema has, or undefined for a tool this server does not have. */
  readonly argumentsOf: (tool: string) => readonly string[] | undefined;
}

const toolCall = v.object({ name: v.string(), arguments: v.optional(v.record(v.string(), v.unknown())) });
const toolResult = v.object({ isError: v.optional(v.boolean()) });

interface Call {
  readonly tool: string;
  readonly names: readonly string[];
  readonly startedAt: number;
}

/**
 * Watches a server's transport and records every tool call, even those that never reach a tool. Wrap the transport
 * before `server.connect`. It reads names and outcomes, and changes no message.
 */
export function watchTransport(inner: Transport, watch: Watch): Transport {
  const calls = new Map<RequestId, Call>();

  function begin(message: JSONRPCMessage): void {
    if (!isJSONRPCRequest(message) || message.method !== "tools/call") return;
    const parsed = v.safeParse(toolCall, message.params);
    const known = parsed.success ? watch.argumentsOf(parsed.output.name) : undefined;
    const given = parsed.success ? Object.keys(parsed.output.arguments ?? {}) : [];
    calls.set(message.id, {
      tool: parsed.success && known !== undefined ? parsed.output.name : "unknown",
      names: given.filter((name) => known?.includes(name)),
      startedAt: performance.now(),
    });
  }

  function finish(id: RequestId, outcome: ToolCallEvent["outcome"]): void {
    const call = calls.get(id);
    if (call === undefined) return;
    calls.delete(id);
    watch.audit.record({
      action: "tool_call",
      tool: call.tool,
      outcome: call.tool === "unknown" ? "rejected" : outcome,
      duration_ms: Math.round(performance.now() - call.startedAt),
      argument_names: call.names,
      request_id: watch.requestId,
      ...watch.actor,
    });
  }

  function observe(message: JSONRPCMessage): void {
    if (isJSONRPCErrorResponse(message)) {
      if (message.id !== undefined) finish(message.id, "rejected");
    } else if (isJSONRPCResultResponse(message)) {
      const result = v.safeParse(toolResult, message.result);
      finish(message.id, result.success && result.output.isError === true ? "error" : "success");
    }
  }

  const outer: Transport = {
    start: () => inner.start(),
    close: () => inner.close(),
    send: (message, options) => {
      observe(message);
      return inner.send(message, options);
    },
  };
  inner.onmessage = (message, extra) => {
    begin(message);
    outer.onmessage?.(message, extra);
  };
  inner.onerror = (error) => outer.onerror?.(error);
  inner.onclose = () => {
    for (const id of [...calls.keys()]) finish(id, "aborted");
    outer.onclose?.();
  };
  return outer;
}
