import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError, type Tool } from "@modelcontextprotocol/sdk/types.js";
import * as v from "valibot";
import { readLoginMetadata, readServerMetadata } from "#evidence/login-metadata.ts";
import type { ServicePlan, StagePlan } from "#fleet";
import { sessionLoss } from "#fleet/session-loss.ts";
import { Member } from "./client/member.ts";
import { type Users, userAt, usesGoogle } from "./doubles.ts";

export interface Visitor {
  /** Reaches the balancer by the services' public addresses. */
  readonly fetch: typeof fetch;
}

/** One that may log in, as one of these. */
export interface LoginVisitor extends Visitor {
  readonly users: Users;
}

/** Resolves once the service answers its health check through the balancer. Throws when it does not in `withinMs`. */
export async function awaitHealthy({ fetch }: Visitor, service: ServicePlan, withinMs: number): Promise<string> {
  const url = new URL(service.health.path, service.url);
  const signal = AbortSignal.timeout(withinMs);
  let last = "no answer";
  while (!signal.aborted) {
    last = await statusOf(fetch, url, signal);
    if (accepts(service.health.codes, last)) return service.url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${service.key} is not healthy: ${url.href} gave ${last}, expected ${service.health.codes}.`);
}

async function statusOf(using: typeof fetch, url: URL, signal: AbortSignal): Promise<string> {
  try {
    const response = await using(url, { signal });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A target group's matcher: `200`, `200-299`, or several with commas. */
function accepts(codes: string, status: string): boolean {
  return codes.split(",").some((part) => {
    const [from, to = from] = part.split("-");
    return Number(status) >= Number(from) && Number(status) <= Number(to);
  });
}

/** Initializes, lists the tools and calls one, with the official MCP client; logs in first where that is asked for. */
export async function probeMcp({ fetch, users }: LoginVisitor, plan: StagePlan, service: ServicePlan): Promise<string> {
  const url = new URL("/mcp", service.url);
  const metadata = await readLoginMetadata(fetch, url);
  if (metadata.kind === "broken") throw new Error(metadata.problem);
  if (metadata.kind === "found" && !usesGoogle(service)) {
    // One elsewhere is not asked: nothing here leaves this machine.
    for (const own of metadata.servers.map((server) => new URL(server)).filter(({ origin }) => origin === url.origin)) {
      const server = await readServerMetadata(fetch, own);
      if (server.kind === "broken") throw new Error(`Nobody can log in at ${url.href}: ${server.problem}`);
    }
    return `asks for a login at ${metadata.servers.join(", ")}, which this machine has no account for`;
  }
  const client =
    metadata.kind === "found"
      ? await connectAsMember(fetch, url, userAt(service, users).sub)
      : await connect(fetch, url);
  try {
    const loss = client.transport?.sessionId === undefined ? undefined : sessionLoss(plan, service);
    if (loss !== undefined) {
      throw new Error(`${service.key} keeps its clients' sessions in memory: ${loss.when}. ${loss.remedy}`);
    }
    const { tools } = await client.listTools();
    return `${tools.length} tools, ${await callOne(client, tools)}`;
  } finally {
    await client.close();
  }
}

/**
 * The outcome of a call without arguments, in plain words. A tool that lacks something here, such as a login or a real
 * credential, answers with an error of its own, which is an answer, too; the next tool may not. As nobody asked for the
 * call, those that only read come first, and one that says it destroys something is left alone.
 * https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations
 */
async function callOne(client: Client, tools: readonly Tool[]): Promise<string> {
  const reads = ({ annotations }: Tool) => annotations?.readOnlyHint === true;
  const callable = tools
    .filter((tool) => (tool.inputSchema.required ?? []).length === 0)
    .filter((tool) => reads(tool) || tool.annotations?.destructiveHint !== true)
    .sort((one, other) => Number(reads(other)) - Number(reads(one)))
    .slice(0, callsAtMost);
  let first: string | undefined;
  for (const { name } of callable) {
    const own = await errorOf(client, name);
    if (own === undefined) return `${name} answers`;
    first ??= `${name} answers with an error of its own${own}`;
  }
  return first ?? "none callable without arguments";
}

const callsAtMost = 10;

/** What the server says is wrong; undefined after a result. @throws what came from the road to it */
async function errorOf(client: Client, name: string): Promise<string | undefined> {
  try {
    const { isError } = v.parse(CallResult, await client.callTool({ name, arguments: {} }));
    return isError === true ? "" : undefined;
  } catch (error) {
    if (error instanceof McpError && !ofTheRoad.includes(error.code)) return `: ${error.message.slice(0, 200)}`;
    throw error;
  }
}

/** Also the sidecar's, of a server that is not there. */
const ofTheRoad: readonly number[] = [ErrorCode.ConnectionClosed, ErrorCode.RequestTimeout];

const CallResult = v.object({ isError: v.optional(v.boolean()) });

async function connect(using: typeof fetch, url: URL): Promise<Client> {
  const client = new Client({ name: "mcp-fleet", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: using }));
  return client;
}

async function connectAsMember(using: typeof fetch, url: URL, account: string): Promise<Client> {
  const member = new Member(account, using);
  await member.logIn(url);
  return member.connect(url);
}
