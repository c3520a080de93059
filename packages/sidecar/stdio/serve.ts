import { createMcpHandler, type InMemoryServerEventBus, type ServerEventBus } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { Catalog } from "../calls/catalog.ts";
import { type Ledger, outcomeOf } from "../calls/ledger.ts";
import { messagesOf } from "../http/messages.ts";
import { parseJson, readJsonText } from "../server/body.ts";
import { Refusal } from "../server/refusal.ts";
import type { Serve, Visitor } from "../server/serve.ts";
import { sendWebResponse, toWebRequest } from "../server/web.ts";
import type { AskOptions, Child } from "./child.ts";
import type { Children, Server } from "./children.ts";
import { NoAnswer, Refused } from "./no-answer.ts";
import { createRelay } from "./relay.ts";

export interface StdioParts {
  readonly children: Children;
  readonly instances: "caller" | "shared";
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly patienceMs: number;
  /** An answer that takes longer becomes a stream, with a comment as often. */
  readonly keepAliveMs: number;
  readonly bus: ServerEventBus;
}

interface Exchange {
  readonly behind: Server;
  readonly visitor: Visitor;
  readonly requestId: string;
  relay?: { close(): Promise<void> };
}

const base = new URL("http://localhost/mcp");

/** Serves `/mcp`, in every revision of the protocol, with a process that speaks over stdin and stdout. */
export function serveStdio(parts: StdioParts): Serve {
  const { children, instances, patienceMs, bus } = parts;
  const exchanges = new WeakMap<Request, Exchange>();

  const handler = createMcpHandler(
    ({ era, requestInfo }) => {
      const exchange = requestInfo && exchanges.get(requestInfo);
      if (exchange === undefined) throw new TypeError("The SDK serves the request that it was given.");
      const { behind } = exchange;
      const relay = createRelay({ behind, era, patienceMs, ask: asker(parts, exchange) });
      exchange.relay = relay;
      return relay;
    },
    { bus },
  );

  return async (req, res, visitor, requestId) => {
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST");
      throw new Refusal(405, "Method not allowed: use POST.");
    }
    const parsedBody = parseJson(await readJsonText(req));
    const caller = instances === "shared" ? "" : visitor.context.caller.subject;
    const behind = await children.get(caller).catch((error: unknown) => {
      for (const { method, params } of messagesOf(parsedBody)) {
        if (method === "tools/call") parts.ledger.begin({ params, actor: visitor.actor, requestId })("failed");
      }
      if (error instanceof NoAnswer) throw new Refusal(503, error.message);
      throw error;
    });
    const exchange: Exchange = { behind, visitor, requestId };
    // Only a stream that no relay stands behind needs a signal, which costs more than all else of a request.
    const isStream = messagesOf(parsedBody).some(({ method }) => method === "subscriptions/listen");
    const left = isStream ? new AbortController() : undefined;
    res.once("close", () => {
      if (res.writableFinished) return;
      left?.abort();
      void exchange.relay?.close();
    });
    const request = toWebRequest(req, base, left?.signal);
    exchanges.set(request, exchange);
    await sendWebResponse(handler.fetch(request, { parsedBody }), res, parts.keepAliveMs);
  };
}

function asker({ ledger, catalog }: StdioParts, { behind, visitor, requestId }: Exchange) {
  const { child } = behind;
  return async (method: string, params: Readonly<Record<string, unknown>>, options: AskOptions) => {
    if (method !== "tools/call") {
      const result = await child.ask(method, params, options);
      if (method === "tools/list") catalog.learn(result);
      return result;
    }
    const finish = ledger.begin({ params, actor: visitor.actor, requestId });
    try {
      const result = await child.ask(method, params, options);
      finish(outcomeOf({ result }));
      return result;
    } catch (error) {
      finish(options.signal?.aborted ? "aborted" : error instanceof Refused ? "rejected" : "failed");
      throw error;
    }
  };
}

const Page = v.object({ nextCursor: v.optional(v.string()) });
const mostPages = 50;

/** All tools of a process. @throws {NoAnswer | Refused} */
export async function listTools(child: Child, patienceMs: number): Promise<readonly unknown[]> {
  const pages: unknown[] = [];
  let params: { readonly cursor?: string } = {};
  for (;;) {
    const page = await child.ask("tools/list", params, { patienceMs });
    pages.push(page);
    const { nextCursor: cursor } = v.parse(Page, page);
    if (cursor === undefined || pages.length >= mostPages) return pages;
    params = { cursor };
  }
}

/** What a process tells everybody, as those who listen are told. */
export function publisher(
  bus: InMemoryServerEventBus,
): (method: string, params: Readonly<Record<string, unknown>>) => void {
  return (method, { uri }) => {
    if (method === "notifications/tools/list_changed") bus.publish({ kind: "tools_list_changed" });
    else if (method === "notifications/prompts/list_changed") bus.publish({ kind: "prompts_list_changed" });
    else if (method === "notifications/resources/list_changed") bus.publish({ kind: "resources_list_changed" });
    else if (method === "notifications/resources/updated" && typeof uri === "string") {
      bus.publish({ kind: "resource_updated", uri });
    }
  };
}
