import { createMcpHandler, type McpServerFactory, type ServerEventBus } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { Catalog } from "../calls/catalog.ts";
import { type Ledger, outcomeOf } from "../calls/ledger.ts";
import { type Message, readMessages } from "../http/messages.ts";
import { parseJson, readJsonText } from "../server/body.ts";
import { Refusal } from "../server/refusal.ts";
import type { Serve, Visitor } from "../server/serve.ts";
import { sendWebResponse, toWebRequest } from "../server/web.ts";
import { type Ability, type Peer, peerOf } from "./abilities.ts";
import { openCalls } from "./cancellation.ts";
import type { Child } from "./child.ts";
import type { Children, Server } from "./children.ts";
import { type Letters, Reply } from "./letters.ts";
import { NoAnswer, Refused } from "./no-answer.ts";
import { createRelay, type Watch } from "./relay.ts";
import type { Rounds } from "./rounds.ts";

export interface StdioParts {
  readonly children: Children;
  readonly instances: "caller" | "shared";
  /** What clients may be asked. */
  readonly asks: readonly Ability[];
  readonly letters: Letters;
  readonly rounds: Rounds;
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly patienceMs: number;
  /** An answer that takes longer becomes a stream, with a comment as often. */
  readonly keepAliveMs: number;
  readonly bus: ServerEventBus;
  readonly stopping: AbortSignal;
}

interface Exchange {
  readonly behind: Server;
  readonly peer: Peer | undefined;
  readonly visitor: Visitor;
  readonly requestId: string;
  relay?: { close(): Promise<void> };
}

const base = new URL("http://localhost/mcp");

/** Serves `/mcp`, in every revision of the protocol, with a process that speaks over stdin and stdout. */
export function serveStdio(parts: StdioParts): Serve {
  const { children, instances, asks, patienceMs, letters, rounds, bus, stopping } = parts;
  const exchanges = new WeakMap<Request, Exchange>();
  const calls = openCalls(letters);

  const openRelay: McpServerFactory = ({ era, requestInfo }) => {
    const exchange = requestInfo && exchanges.get(requestInfo);
    if (exchange === undefined) throw new TypeError("The SDK serves the request that it was given.");
    const { behind, peer, visitor } = exchange;
    const caller = visitor.context.caller.subject;
    const watch = watcher(parts, exchange);
    const relay = createRelay({ behind, era, patienceMs, peer, caller, letters, rounds, watch });
    exchange.relay = relay;
    return relay;
  };
  const handler = createMcpHandler(openRelay);
  // One of their own for the streams that wait for news: closing it tells their clients, and ends no call.
  const news = createMcpHandler(openRelay, { bus });
  stopping.addEventListener("abort", () => void news.close());
  const fetcherFor = (isStream: boolean) => {
    if (isStream && stopping.aborted) throw new Refusal(503, "This task is stopping.");
    return isStream ? news.fetch : handler.fetch;
  };

  return async (req, res, visitor, requestId) => {
    if (req.method !== "POST") {
      res.setHeader("Allow", "POST");
      throw new Refusal(405, "Method not allowed: use POST.");
    }
    const parsedBody = parseJson(await readJsonText(req));
    const messages = readMessages(parsedBody);
    visitor.chargeFor(messages);
    const { subject } = visitor.context.caller;
    if (await deliver(messages, subject, letters)) {
      res.writeHead(202).end();
      return;
    }
    const peer = peerOf(messages, req.headers, asks);
    calls.cancel(messages, subject, peer);
    const owner = { caller: instances === "shared" ? "" : subject, abilities: peer?.abilities ?? {} };
    const behind = await children.getWithin(owner, patienceMs).catch((error: unknown) => {
      for (const { method, params } of messages) {
        if (method === "tools/call") parts.ledger.begin({ params, actor: visitor.actor, requestId })("failed");
      }
      throw error instanceof NoAnswer ? new Refusal(503, error.message) : error;
    });
    if (peer?.session !== undefined) res.setHeader("Mcp-Session-Id", peer.session);
    const exchange: Exchange = { behind, peer, visitor, requestId };
    const forget = calls.take(messages, subject, exchange);
    // Only a stream that no relay stands behind needs a signal, which costs more than all else of a request.
    const isStream = messages.some(({ method }) => method === "subscriptions/listen");
    const left = isStream ? new AbortController() : undefined;
    res.once("close", () => {
      forget();
      if (res.writableFinished) return;
      left?.abort();
      void exchange.relay?.close();
    });
    const request = toWebRequest(req, base, left?.signal);
    exchanges.set(request, exchange);
    await sendWebResponse(fetcherFor(isStream)(request, { parsedBody }), res, parts.keepAliveMs);
  };
}

/**
 * Takes out the answers of a client, which before 2026-07-28 are requests of their own.
 * @returns whether there was nothing else
 * @throws {Refusal} for an answer that nobody waits for
 */
async function deliver(messages: readonly Message[], caller: string, letters: Letters): Promise<boolean> {
  const answers = messages.filter(({ method, id }) => method === undefined && id !== undefined);
  for (const { id, result, error } of answers) {
    const reply = v.safeParse(Reply, error === undefined ? { kind: "result", result } : { kind: "error", error });
    if (!reply.success || !(await letters.send(`${caller} ${id}`, reply.output))) {
      throw new Refusal(400, "No call of yours waits for this answer: it may be over, or its task has ended.");
    }
  }
  return answers.length > 0 && answers.length === messages.length;
}

function watcher({ ledger, catalog }: StdioParts, { visitor, requestId }: Exchange): Watch {
  return async (method, params, signal, run) => {
    if (method !== "tools/call") {
      const result = await run();
      if (method === "tools/list") catalog.learn(result);
      return result;
    }
    const finish = ledger.begin({ params, actor: visitor.actor, requestId });
    try {
      const result = await run();
      finish(outcomeOf({ result }));
      return result;
    } catch (error) {
      finish(signal.aborted ? "aborted" : error instanceof Refused ? outcomeOf({ error: error.failure }) : "failed");
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
