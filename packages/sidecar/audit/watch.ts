import type { JSONRPCMessage, RequestId, Transport } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { AuditClient } from "./client.ts";
import type { ToolCallEvent } from "./event.ts";

export interface Watch {
  readonly audit: Pick<AuditClient, "record">;
  /** Who calls; the same for every message of the transport. */
  readonly actor: Pick<ToolCallEvent, "session" | "user" | "client">;
  readonly requestId: string;
  /** The argument names a tool's schema has, or undefined for a tool this server does not have. */
  readonly argumentsOf: (tool: string) => readonly string[] | undefined;
}

const toolCall = v.object({ name: v.string(), arguments: v.optional(v.record(v.string(), v.unknown())) });
const toolResult = v.object({ isError: v.optional(v.boolean()), resultType: v.optional(v.string()) });

interface Call {
  readonly tool: string;
  readonly names: readonly string[];
  readonly startedAt: number;
}

/**
 * Watches the transport of a connected server and records every tool call, even those that never reach a tool. It reads
 * names and outcomes, and changes no message.
 */
export function watchTransport(transport: Transport, watch: Watch): void {
  const calls = new Map<RequestId, Call>();

  function begin(message: JSONRPCMessage): void {
    if (!("method" in message && "id" in message) || message.method !== "tools/call") return;
    const parsed = v.safeParse(toolCall, message.params);
    const known = parsed.success ? watch.argumentsOf(parsed.output.name) : undefined;
    const given = parsed.success ? (parsed.output.arguments ?? {}) : {};
    calls.set(message.id, {
      tool: parsed.success && known !== undefined ? parsed.output.name : "unknown",
      names: known?.filter((name) => Object.hasOwn(given, name)) ?? [],
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
    if ("error" in message) {
      if (message.id !== undefined) finish(message.id, "rejected");
    } else if ("result" in message) finish(message.id, outcomeOf(message.result));
  }

  const { onmessage, onclose } = transport;
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    observe(message);
    return send(message, options);
  };
  transport.onmessage = (message, extra) => {
    begin(message);
    onmessage?.(message, extra);
  };
  transport.onclose = () => {
    for (const id of [...calls.keys()]) finish(id, "aborted");
    onclose?.();
  };
}

function outcomeOf(result: unknown): ToolCallEvent["outcome"] {
  const parsed = v.safeParse(toolResult, result);
  if (!parsed.success) return "success";
  if (parsed.output.resultType === "input_required") return "asked";
  return parsed.output.isError === true ? "error" : "success";
}
