import { fileURLToPath } from "node:url";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import * as v from "valibot";
import { noAudit, type ToolCallEvent } from "#sidecar/audit/index.ts";
import { createLog } from "#sidecar/log.ts";
import type { Admission } from "#sidecar/server/admission.ts";
import { anonymous } from "#sidecar/server/anonymous.ts";
import { readSidecarConfig } from "#sidecar/server-config.ts";
import type { Sessions } from "#sidecar/sessions/index.ts";
import { startInFront } from "#sidecar/start.ts";

const Line = v.pipe(v.string(), v.parseJson(), v.looseObject({ level: v.string(), message: v.string() }));
const Metric = v.pipe(v.string(), v.parseJson(), v.looseObject({ _aws: v.unknown() }));

/** A sidecar in this process, with what it wrote. */
export interface Front {
  readonly url: URL;
  readonly lines: v.InferOutput<typeof Line>[];
  /** Of tool calls, in the order of their ends. */
  readonly calls: ToolCallEvent[];
  connect(revision?: Revision, headers?: Readonly<Record<string, string>>): Promise<Client>;
  /** Connects a client that has been told what it can be asked. */
  connectClient(
    client: Client,
    transport?: ConstructorParameters<typeof StreamableHTTPClientTransport>[1],
  ): Promise<Client>;
  /** Resolves with the first line, past or future, that has these words. */
  said(words: string): Promise<v.InferOutput<typeof Line>>;
  health(): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Stops it. @returns the metrics that it wrote */
  stop(): Promise<readonly v.InferOutput<typeof Metric>[]>;
}

export type Revision = "2025-11-25" | "2026-07-28";

const program = fileURLToPath(new URL("./child.ts", import.meta.url));
// None of the sidecar's variables reach it, and without this one its start takes three times an empty Node's.
const cache = `NODE_COMPILE_CACHE=${process.env.NODE_COMPILE_CACHE ?? ""}`;
export const child = (behaviour: string): readonly string[] => ["env", cache, process.execPath, program, behaviour];

export async function openFront(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  admission?: Admission,
): Promise<Front> {
  const lines: Front["lines"] = [];
  const metrics: v.InferOutput<typeof Metric>[] = [];
  const calls: ToolCallEvent[] = [];
  const waiting = new Set<() => void>();
  const base = { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none", MCP_SERVICE: "notes" };
  const sidecar = await startInFront(readSidecarConfig({ ...base, ...env }, command), {
    ...(admission && { admission }),
    audit: { ...noAudit, record: (event) => event.action === "tool_call" && calls.push(event) },
    log: createLog((line) => {
      lines.push(v.parse(Line, line));
      for (const check of waiting) check();
    }),
    write: (line) => metrics.push(v.parse(Metric, line)),
  });
  const url = new URL(`http://127.0.0.1:${sidecar.port}/mcp`);
  const clients: Client[] = [];
  const connectClient: Front["connectClient"] = async (client, transport = {}) => {
    await client.connect(new StreamableHTTPClientTransport(url, transport));
    clients.push(client);
    return client;
  };
  return {
    url,
    lines,
    calls,
    connect: (revision = "2025-11-25", headers = {}) => connectClient(clientOf(revision), { requestInit: { headers } }),
    connectClient,
    said: (words) =>
      new Promise((resolve) => {
        const check = () => {
          const found = lines.find(({ message }) => message.includes(words));
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    async health() {
      const answer = await fetch(new URL("/health", url));
      return { status: answer.status, body: await answer.json() };
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()));
      await sidecar.stop();
      return metrics;
    },
  };
}

export function clientOf(revision: Revision, options: ClientOptions = {}): Client {
  const mode = revision === "2025-11-25" ? "legacy" : { pin: revision };
  return new Client({ name: "test", version: "1.0.0" }, { ...options, versionNegotiation: { mode } });
}

/** A login that believes who a caller says they are, by `x-user`. */
export function believing(sessions: Sessions): Admission {
  return {
    kind: "login",
    sessions,
    open: () => ({
      identify: async ({ headers }) => {
        const subject = String(headers["x-user"] ?? "ada");
        return { context: { ...anonymous.context, caller: { subject } }, actor: { user: { id: subject } } };
      },
      serve: (_req, _res, next) => next(),
    }),
  };
}

/** The text of a result. */
export function textOf(result: unknown): string {
  const Result = v.object({ content: v.array(v.object({ text: v.string() })) });
  return v.parse(Result, result).content[0]?.text ?? "";
}
