/**
 * Metrics as lines of the log, which CloudWatch turns into metrics: no agent, no permission, no call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * Names are OpenTelemetry's: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
export interface Metrics {
  /** @param failure OpenTelemetry's `error.type`; absent for a success */
  call(tool: string, seconds: number, failure?: string): void;
  /** Something went wrong with the server behind, whether or not a call failed by it. */
  fault(kind: Fault): void;
  /** Writes what is gathered, and stops. */
  close(): void;
}

/** What a server can do to its sidecar. */
export type Fault = "exited" | "not_started" | "timeout" | "not_protocol" | "flooded" | "out_of_memory" | "unreachable";

export interface MetricsOptions {
  /** Undefined: nothing is written. */
  readonly namespace: string | undefined;
  readonly service: string;
  readonly write: (line: string) => void;
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** Values of one metric in one document, at most. */
const mostValues = 100;
/** A tool's name is the server's word, and each is a metric that costs money. */
const mostTools = 200;

interface Series {
  readonly tool: string;
  readonly failure: string | undefined;
  readonly seconds: number[];
}

/** Metrics that nobody asked for cost nothing. */
const noMetrics: Metrics = { call: () => undefined, fault: () => undefined, close: () => undefined };

export function openMetrics({ namespace, service, write, everyMs = 10_000, now = Date.now }: MetricsOptions): Metrics {
  if (namespace === undefined) return noMetrics;
  const calls = new Map<string, Series>();
  const faults = new Map<Fault, number>();
  const tools = new Set<string>();

  const document = (metric: object, dimensions: readonly (readonly string[])[], fields: object) =>
    write(
      JSON.stringify({
        _aws: {
          Timestamp: now(),
          CloudWatchMetrics: [{ Namespace: namespace, Dimensions: dimensions, Metrics: [metric] }],
        },
        "service.name": service,
        ...fields,
      }),
    );

  function writeCalls({ tool, failure, seconds }: Series): void {
    const each = ["service.name", "gen_ai.tool.name"];
    document(
      { Name: "mcp.server.operation.duration", Unit: "Seconds" },
      failure === undefined ? [each] : [each, [...each, "error.type"]],
      {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": tool,
        ...(failure !== undefined && { "error.type": failure }),
        "mcp.server.operation.duration": seconds,
      },
    );
  }

  function flush(): void {
    for (const series of calls.values()) writeCalls(series);
    calls.clear();
    for (const [fault, count] of faults) {
      document({ Name: "mcp.server.faults", Unit: "Count" }, [["service.name", "error.type"]], {
        "error.type": fault,
        "mcp.server.faults": count,
      });
    }
    faults.clear();
  }

  const timer = setInterval(flush, everyMs);
  timer.unref();

  return {
    call(given, seconds, failure) {
      const name = dimensionOf(given);
      if (tools.size < mostTools) tools.add(name);
      const tool = tools.has(name) ? name : "other";
      const key = `${failure ?? ""} ${tool}`;
      const series = calls.get(key) ?? { tool, failure, seconds: [] };
      calls.set(key, series);
      series.seconds.push(Math.round(seconds * 1e6) / 1e6);
      if (series.seconds.length < mostValues) return;
      writeCalls(series);
      calls.delete(key);
    },
    fault(kind) {
      faults.set(kind, (faults.get(kind) ?? 0) + 1);
    },
    close() {
      clearInterval(timer);
      flush();
    },
  };
}

/**
 * As CloudWatch takes it: a document with any other value is none of its metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 */
function dimensionOf(name: string): string {
  const value = name.replace(/[^ -~]/g, "?").slice(0, 1_024);
  return value.trim() === "" ? "other" : value;
}
