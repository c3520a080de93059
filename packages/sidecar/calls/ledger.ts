import * as v from "valibot";
import type { AuditClient, ToolCallEvent } from "../audit/index.ts";
import type { Visitor } from "../server/serve.ts";
import type { Catalog } from "./catalog.ts";
import type { Metrics } from "./metrics.ts";

export type Outcome = ToolCallEvent["outcome"];

/** Where every tool call is written down, once: in the audit trail, and in the metrics. */
export interface Ledger {
  /** @returns what to call when the outcome is known; only the first one counts */
  begin(call: Call): (outcome: Outcome) => void;
  /** Resolves when all that has ended is written down: of a tool that is new, the server is asked first. */
  settled(): Promise<void>;
}

export interface Call {
  readonly params: unknown;
  readonly actor: Visitor["actor"];
  readonly requestId: string;
}

const Params = v.object({ name: v.string(), arguments: v.optional(v.record(v.string(), v.unknown())) });

const failures: Readonly<Record<Outcome, string | undefined>> = {
  success: undefined,
  asked: undefined,
  error: "tool_error",
  rejected: "rejected",
  aborted: "cancelled",
  failed: "unavailable",
};

/** OpenTelemetry's `error.type` of what was no success; `asked` is none of its failures. */
export const errorTypeOf = (outcome: Outcome): string | undefined => failures[outcome];

export function openLedger(parts: {
  readonly audit: AuditClient;
  readonly catalog: Catalog;
  readonly metrics: Metrics;
}): Ledger {
  const { audit, catalog, metrics } = parts;
  const writing = new Set<Promise<void>>();

  async function write({ params, actor, requestId }: Call, observed: Outcome, milliseconds: number): Promise<void> {
    const parsed = v.safeParse(Params, params);
    const known = parsed.success ? await catalog.argumentsOf(parsed.output.name) : undefined;
    const tool = parsed.success && known !== undefined ? parsed.output.name : "unknown";
    // Many servers answer a call of a tool that they do not have as if it had run and failed.
    const outcome = tool === "unknown" && observed === "error" ? "rejected" : observed;
    const given = parsed.success ? (parsed.output.arguments ?? {}) : {};
    metrics.call(tool, milliseconds / 1_000, errorTypeOf(outcome));
    audit.record({
      action: "tool_call",
      tool,
      outcome,
      duration_ms: Math.round(milliseconds),
      argument_names: known?.filter((name) => Object.hasOwn(given, name)) ?? [],
      request_id: requestId,
      ...actor,
    });
  }

  return {
    begin(call) {
      const startedAt = performance.now();
      let open = true;
      return (outcome) => {
        if (!open) return;
        open = false;
        const written = write(call, outcome, performance.now() - startedAt);
        writing.add(written);
        void written.then(() => writing.delete(written));
      };
    },
    settled: async () => void (await Promise.all(writing)),
  };
}

const Result = v.object({ isError: v.optional(v.boolean()), resultType: v.optional(v.string()) });

const Failure = v.object({ code: v.number() });
/** JSON-RPC's own: it was no request, or one of no method or with wrong arguments. Any other is of a tool that ran. */
const neverRan = new Set([-32700, -32600, -32601, -32602]);
/** https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error */
const asksFirst = -32042;

/** Of a message that answers a call. */
export function outcomeOf(answer: { readonly error?: unknown; readonly result?: unknown }): Outcome {
  if (answer.error !== undefined) {
    const failure = v.safeParse(Failure, answer.error);
    if (!failure.success) return "error";
    return failure.output.code === asksFirst ? "asked" : neverRan.has(failure.output.code) ? "rejected" : "error";
  }
  const parsed = v.safeParse(Result, answer.result);
  if (!parsed.success) return "success";
  if (parsed.output.resultType === "input_required") return "asked";
  return parsed.output.isError === true ? "error" : "success";
}
