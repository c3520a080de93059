import * as v from "valibot";
import { clip } from "#chat/text/clip.ts";
import { harmless } from "#chat/text/harmless.ts";
import { readLoginMetadata } from "#evidence/login-metadata.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { type Answer, type Conversation, converse } from "./conversation.ts";
import { Down } from "./down.ts";
import { listTools } from "./list-tools.ts";
import type { Era, ListedTool, Reading } from "./reading.ts";
import type { ProbedService } from "./service.ts";

/** A person waits no longer for a client to connect. */
export const patienceMs = 8_000;

interface Finding {
  readonly era: Era;
  readonly tools: readonly ListedTool[];
}

/**
 * Goes the way of a client through the service's public address: it connects and lists the tools, or learns where to log
 * in. Never throws: what keeps it from that is the reason why the service is down.
 *
 * @param era what the service spoke last time: it is tried first, so that nothing is refused each minute
 */
export async function probe(using: typeof fetch, { url }: ProbedService, era: Era = "modern"): Promise<Reading> {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  const mcp = new URL("/mcp", url);
  const attempt = async () => {
    const bounded = boundedFetch(using, mcp, AbortSignal.timeout(patienceMs));
    const found = await findTools(converse(bounded, mcp), era);
    return found === "login" ? checkLogin(bounded, mcp) : found;
  };
  try {
    // A connection that was kept from the last round may have ended meanwhile, which says nothing of the service.
    const found = await attempt().catch((error) => (isBroken(error) ? attempt() : Promise.reject(error)));
    return found === "login" ? { state: "login", ms: ms() } : { state: "up", ms: ms(), ...found };
  } catch (error) {
    return { state: "down", ms: ms(), reason: clip(harmless(reasonOf(error)).replace(/\s+/g, " "), 240) };
  }
}

async function findTools(conversation: Conversation, first: Era): Promise<Finding | "login"> {
  const eras: readonly Era[] = first === "modern" ? ["modern", "legacy"] : ["legacy", "modern"];
  let refused = "";
  for (const era of eras) {
    const began = await begin[era](conversation);
    if (began.kind === "login") return "login";
    if (began.kind === "result") {
      const tools = await began.list();
      return tools === "login" ? tools : { era, tools };
    }
    refused = began.what;
  }
  throw new Down(refused);
}

type Beginning =
  | Exclude<Answer, { readonly kind: "result" }>
  | { readonly kind: "result"; list(): Promise<readonly ListedTool[] | "login"> };

const client = { name: "mcp-fleet-probe", version: "1.0.0" };
const modern = "2026-07-28";
const legacy = "2025-11-25";
const Capabilities = v.object({ capabilities: v.object({ tools: v.optional(v.looseObject({})) }) });
const Initialized = v.object({ protocolVersion: v.string(), ...Capabilities.entries });

const begin: Readonly<Record<Era, (conversation: Conversation) => Promise<Beginning>>> = {
  /** https://modelcontextprotocol.io/specification/draft/basic/lifecycle: each request says what it is spoken in. */
  async modern(conversation) {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": modern,
      "io.modelcontextprotocol/clientInfo": client,
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const ask = (method: string, params: object = {}) =>
      conversation.ask(method, { ...params, _meta }, { "mcp-protocol-version": modern, "mcp-method": method });
    const discovered = await ask("server/discover");
    if (discovered.kind !== "result") return discovered;
    return { kind: "result", list: () => listTools(capable(discovered.result), ask) };
  },

  /** https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle */
  async legacy(conversation) {
    const params = { protocolVersion: legacy, capabilities: {}, clientInfo: client };
    const initialized = await conversation.ask("initialize", params);
    if (initialized.kind !== "result") return initialized;
    const { result, session } = initialized;
    const parsed = v.safeParse(Initialized, result);
    if (!parsed.success) throw new Down("answers initialize, but not as an MCP server");
    const headers = {
      "mcp-protocol-version": parsed.output.protocolVersion,
      ...(session !== undefined && { "mcp-session-id": session }),
    };
    await conversation.say("notifications/initialized", headers);
    return {
      kind: "result",
      async list() {
        try {
          return await listTools(capable(result), (method, more = {}) => conversation.ask(method, more, headers));
        } finally {
          // A server with sessions would otherwise keep one more each minute.
          if (session !== undefined) await conversation.leave(headers).catch(() => undefined);
        }
      },
    };
  },
};

function capable(result: unknown): boolean {
  const parsed = v.safeParse(Capabilities, result);
  if (!parsed.success) throw new Down("does not say what it is capable of");
  return parsed.output.capabilities.tools !== undefined;
}

/** A login is no failure where a client learns from the 401 where to log in (RFC 9728). */
async function checkLogin(using: typeof fetch, mcp: URL): Promise<"login"> {
  const metadata = await readLoginMetadata(using, mcp);
  switch (metadata.kind) {
    case "found":
      return "login";
    case "broken":
      throw new Down(`requires a login that nobody can begin: ${metadata.problem}`);
    case "no-login":
      throw new Down("answers 401 to a client, but not to another");
  }
}

/** Undici's word for a connection that ended; a timeout has none. */
function isBroken(error: unknown): boolean {
  return error instanceof TypeError && error.message === "fetch failed";
}

function reasonOf(error: unknown): string {
  if (error instanceof Down) return error.message;
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `does not answer within ${patienceMs / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return `does not answer: ${code ?? (cause instanceof Error ? cause.message : String(cause))}`;
}
