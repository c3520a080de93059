import type { IncomingMessage, ServerResponse } from "node:http";
import { Complaint } from "../audit/complaint.ts";
import type { Catalog } from "../calls/catalog.ts";
import { type Ledger, type Outcome, outcomeOf } from "../calls/ledger.ts";
import type { Metrics } from "../calls/metrics.ts";
import { describeError, type Log } from "../log.ts";
import { parseJson, readJsonText } from "../server/body.ts";
import { Refusal } from "../server/refusal.ts";
import type { Serve, Visitor } from "../server/serve.ts";
import { headersToClient, headersToServer } from "./headers.ts";
import { type Message, openReader, readMessages } from "./messages.ts";
import { passOn } from "./pass-on.ts";
import type { SessionIds } from "./session-id.ts";
import { Late, type Upstream } from "./upstream.ts";

export interface ForwardParts {
  readonly upstream: Upstream;
  readonly bearer: string | undefined;
  readonly sessionIds: SessionIds;
  readonly catalog: Catalog;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly log: Log;
  /** So long the server behind may take to begin an answer, and to go on with it. */
  readonly patienceMs: number;
  readonly stopping: AbortSignal;
}

/** The entry does not say what this server takes. */
class Mismatch extends Error {}

const methods = ["POST", "GET", "DELETE"];

/** Serves `/mcp` with what the server behind answers, as it comes, no faster than the client reads it. */
export function forwardTo(parts: ForwardParts): Serve {
  const { upstream, bearer, sessionIds } = parts;
  const { host, pathname, search } = upstream.url;
  const complaint = new Complaint(parts.log);
  const silence = new Complaint(parts.log);
  const onSilence = (status: number) => {
    parts.metrics.fault("not_protocol");
    silence.log(`The server behind answered a call with status ${status} and no message for it.`, { host });
  };

  async function ask(
    req: IncomingMessage,
    caller: string,
    body: string | undefined,
    onBegin: (cutOff: () => void) => void,
  ) {
    const answer = await upstream.ask({
      method: req.method ?? "",
      path: `${pathname}${search}`,
      headers: headersToServer(req.headers, {
        url: upstream.url,
        bearer,
        session: sessionOf(req, caller, sessionIds),
        body,
      }),
      body,
      onBegin,
      patienceMs: parts.patienceMs,
    });
    const mismatch = mismatchIn(answer, upstream.url);
    if (mismatch !== undefined) {
      // What comes with it may never end.
      answer.destroy();
      throw new Mismatch(mismatch);
    }
    complaint.withdraw();
    return answer;
  }

  function explain(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    parts.metrics.fault(error instanceof Late ? "timeout" : "unreachable");
    if (error instanceof Mismatch) {
      complaint.log(error.message, { host });
      return new Refusal(502, error.message);
    }
    if (error instanceof Late) {
      complaint.log(error.message, { host });
      return new Refusal(504, error.message);
    }
    complaint.log(`The server behind did not answer: ${describeError(error)}.`, { host });
    return new Refusal(502, "The server behind does not answer. It may be starting; try again in a few seconds.");
  }

  return async (req, res, visitor, requestId) => {
    const { body, messages } = await read(req, res);
    const caller = visitor.context.caller.subject;
    visitor.chargeFor(messages);
    const exchange = openExchange(parts, messages, visitor, requestId);
    let cutOff: () => void = () => undefined;
    let hasLeft = false;
    res.once("close", () => {
      hasLeft = !res.writableFinished;
      if (hasLeft) cutOff();
      exchange.end("aborted");
    });
    try {
      const answer = await ask(req, caller, body, (cut) => {
        cutOff = cut;
        if (hasLeft) cut();
      });
      watch(answer, exchange, onSilence);
      await passOn(answer, res, {
        headers: headersToClient(answer, (id) => sessionIds.give(caller, id)),
        stopping: waitsForNews(req, messages) ? parts.stopping : undefined,
        patienceMs: parts.patienceMs,
      });
    } catch (error) {
      if (hasLeft) return;
      exchange.end(error instanceof Refusal ? "rejected" : "failed");
      breakOff(res, explain(error));
    }
  };
}

async function read(req: IncomingMessage, res: ServerResponse) {
  if (!methods.includes(req.method ?? "")) {
    res.setHeader("Allow", methods.join(", "));
    throw new Refusal(405, `Method not allowed: use ${methods.join(", ")}.`);
  }
  const body = req.method === "POST" ? await readJsonText(req) : undefined;
  return { body, messages: body === undefined ? [] : readMessages(parseJson(body)) };
}

function breakOff(res: ServerResponse, refusal: Refusal): void {
  if (!res.headersSent) throw refusal;
  res.destroy();
}

function mismatchIn({ statusCode, headers }: IncomingMessage, url: URL): string | undefined {
  if (statusCode === 401) {
    return "The server behind asks for a token of its own: name its key in sidecar.bearer of the entry, or turn its login off.";
  }
  const path = URL.parse(headers.location ?? "", url.href)?.pathname;
  // Frameworks send a path without its last slash on, such as Starlette.
  return path !== undefined && (statusCode === 307 || statusCode === 308)
    ? `The server behind speaks MCP elsewhere: set sidecar.path of the entry to ${JSON.stringify(path)}.`
    : undefined;
}

function waitsForNews({ method }: IncomingMessage, messages: readonly Message[]): boolean {
  return method === "GET" || messages.some((message) => message.method === "subscriptions/listen");
}

/** @throws {Refusal} as for any session that is not there: the client begins another */
function sessionOf(req: IncomingMessage, caller: string, ids: SessionIds): string | undefined {
  const given = req.headers["mcp-session-id"];
  if (typeof given !== "string") return undefined;
  const id = ids.take(caller, given);
  if (id === undefined) throw new Refusal(404, "Session not found.", -32001);
  return id;
}

interface Exchange {
  /** Whether there is anything to find in the answer. */
  readonly isWatched: boolean;
  take(message: Message): void;
  /** What has had no answer by now has this outcome. @returns whether there was anything */
  end(outcome: Outcome): boolean;
}

function openExchange(
  { ledger, catalog }: ForwardParts,
  messages: readonly Message[],
  { actor }: Visitor,
  requestId: string,
): Exchange {
  const calls = new Map<string | number, (outcome: Outcome) => void>();
  const lists = new Set<string | number>();
  for (const { id, method, params } of messages) {
    if (id === undefined) continue;
    if (method === "tools/call") calls.set(id, ledger.begin({ params, actor, requestId }));
    if (method === "tools/list") lists.add(id);
  }
  return {
    isWatched: calls.size + lists.size > 0,
    take({ id, method, ...answer }) {
      if (id === undefined || method !== undefined) return;
      calls.get(id)?.(outcomeOf(answer));
      calls.delete(id);
      if (lists.has(id)) catalog.learn(answer.result);
    },
    end(outcome) {
      const isLeft = calls.size > 0;
      for (const finish of calls.values()) finish(outcome);
      calls.clear();
      return isLeft;
    },
  };
}

function watch(answer: IncomingMessage, exchange: Exchange, onSilence: (status: number) => void): void {
  if (!exchange.isWatched) return;
  const reader = openReader(answer.headers["content-type"], exchange.take);
  answer.on("data", (chunk: Buffer) => reader.push(chunk));
  answer.once("end", () => {
    const isUnseen = reader.end();
    const { statusCode = 0 } = answer;
    const outcome = statusCode >= 400 && statusCode < 500 ? "rejected" : isUnseen ? "success" : "failed";
    if (exchange.end(outcome) && outcome === "failed") onSilence(statusCode);
  });
}
