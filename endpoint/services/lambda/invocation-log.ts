import type { InvocationResult } from "#endpoint/core/ports.ts";
import type { FunctionVersion } from "./functions.ts";
import { timeoutWords } from "./outcome.ts";

/** What the bootstrap prints after an invocation's own lines: the request and the peak memory in MB. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL keeps the mark apart from anything a function prints
const MARK = /\u0000end (\S*) (\d+)$/;

/** Turns a process's output into the log events Lambda writes, with its own lines around each invocation. */
export interface InvocationLog {
  initStart(): void;
  /** One line that the process printed. */
  output(line: string): void;
  /** `initMs` for the first invocation of an environment. */
  begin(requestId: string, initMs: number | undefined): void;
  /** Resolves once the lines that the invocation printed have all arrived. */
  complete(requestId: string): Promise<void>;
  /** Closes the invocation; returns its lines. */
  end(result: InvocationResult, durationMs: number): readonly string[];
}

export function createInvocationLog(
  version: FunctionVersion,
  write: (lines: readonly string[]) => void,
): InvocationLog {
  const { configuration } = version;
  const json = configuration.LoggingConfig.LogFormat === "JSON";
  const marks = new Map<string, () => void>();
  let lines: string[] = [];
  let current = { requestId: "", initMs: undefined as number | undefined };
  let marked: string | undefined;
  let memoryMb = 0;

  const add = (line: string) => {
    lines.push(line);
    write([line]);
  };
  const platform = (type: string, record: Readonly<Record<string, unknown>>, text: string) =>
    add(json ? JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record }) : text);

  return {
    initStart() {
      const runtimeVersion = `${configuration.Runtime?.replace("nodejs", "nodejs:").replace(".x", "")}.local`;
      platform(
        "initStart",
        { initializationType: "on-demand", phase: "init", runtimeVersion, functionVersion: version.version },
        `INIT_START Runtime Version: ${runtimeVersion}\t`,
      );
    },
    output(line) {
      const mark = MARK.exec(line);
      const own = mark === null ? line : line.slice(0, mark.index);
      if (own !== "") add(own.replaceAll("\r", "\n"));
      if (mark === null) return;
      memoryMb = Number(mark[2]);
      marked = mark[1] ?? "";
      marks.get(marked)?.();
    },
    begin(requestId, initMs) {
      if (initMs === undefined) lines = [];
      current = { requestId, initMs };
      marked = undefined;
      platform(
        "start",
        { requestId, version: version.version },
        `START RequestId: ${requestId} Version: ${version.version}`,
      );
    },
    complete(requestId) {
      if (marked === requestId) return Promise.resolve();
      return new Promise((resolve) => marks.set(requestId, resolve));
    },
    end(result, durationMs) {
      const { requestId, initMs } = current;
      marks.delete(requestId);
      if (result.kind === "function-error" && result.payload.includes('"Sandbox.Timedout"')) {
        add(`${new Date().toISOString()} ${requestId} ${timeoutWords(configuration.Timeout)}`);
      }
      if (!json) add(`END RequestId: ${requestId}`);
      const metrics = {
        durationMs,
        billedDurationMs: Math.ceil(durationMs),
        memorySizeMB: configuration.MemorySize,
        maxMemoryUsedMB: memoryMb,
        ...(initMs !== undefined && { initDurationMs: initMs }),
      };
      platform(
        "report",
        { requestId, status: result.kind === "success" ? "success" : "error", metrics },
        [
          `REPORT RequestId: ${requestId}`,
          `Duration: ${durationMs.toFixed(2)} ms`,
          `Billed Duration: ${metrics.billedDurationMs} ms`,
          `Memory Size: ${metrics.memorySizeMB} MB`,
          `Max Memory Used: ${memoryMb} MB`,
          ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
          "",
        ].join("\t"),
      );
      return lines;
    },
  };
}
