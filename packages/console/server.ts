import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { harmless } from "#chat/text/harmless.ts";
import { type ActionGuard, createActionGuard, tokenHeader } from "./action-guard.ts";
import { createFeed, type Feed } from "./feed.ts";
import type { ConsoleEvent } from "./model/event.ts";
import { bundlePage, type Page } from "./page-bundle.ts";
import { performAction } from "./perform.ts";
import { answerQuery } from "./query.ts";
import type { FleetActions, FleetView } from "./view.ts";

export interface ConsoleOptions {
  /** On 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  readonly view: FleetView;
  /** Without them the console is read-only. */
  readonly actions?: FleetActions | undefined;
  /** Milliseconds between two readings of the fleet while somebody watches. Default: one second. */
  readonly intervalMs?: () => number;
}

export interface Console {
  readonly url: string;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** A watcher that falls this far behind is dropped; its browser reconnects. */
const backlogBytes = 4 * 1024 * 1024;

/** Throws when the port is taken. */
export async function openConsole({ port, view, actions, intervalMs = () => 1000 }: ConsoleOptions): Promise<Console> {
  // Before anything else, so that no event is missed.
  const feed = createFeed(view, { mode: actions?.mode ?? "read-only", intervalMs });
  const server = createServer();
  const { page, listening } = await openPage(server, port).catch((error: unknown) => {
    feed.close();
    throw error;
  });
  const guard = createActionGuard();
  const answer: RequestListener = (request, response) => {
    serve(request, response, { page, view, feed, guard, actions }).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
  // A message in a chat links to the page.
  server.on("request", behindDoor(answer, { pages: true, navigations: ["/"], credential: tokenHeader }));
  let closing: Promise<void> | undefined;
  const close = () => {
    feed.close();
    return closeServer(server);
  };
  return {
    url: `http://127.0.0.1:${listening}`,
    async close() {
      closing ??= close();
      await closing;
    },
  };
}

async function openPage(server: Server, port: number): Promise<{ readonly page: Page; readonly listening: number }> {
  const page = await bundlePage();
  return { page, listening: await listenOnLoopback(server, port) };
}

interface Rooms {
  readonly page: Page;
  readonly view: FleetView;
  readonly feed: Feed;
  readonly guard: ActionGuard;
  readonly actions: FleetActions | undefined;
}

async function serve(request: IncomingMessage, response: ServerResponse, rooms: Rooms): Promise<void> {
  const { page, view, feed, guard, actions } = rooms;
  // Links in messages say what they are about: the page reads it.
  const [path] = (request.url ?? "").split("?");
  switch (`${request.method} ${path}`) {
    case "GET /":
      return send(response, 200, "text/html; charset=utf-8", page.document(guard.token));
    case "GET /page.js":
      return send(response, 200, "text/javascript; charset=utf-8", page.script);
    case "GET /page.css":
      return send(response, 200, "text/css; charset=utf-8", page.style);
    case "GET /events":
      return stream(response, feed);
    case "POST /actions": {
      const { status, result } = await performAction(request, { guard, actions });
      feed.hurry();
      return send(response, status, "application/json", jsonOf(result));
    }
    default: {
      const answer = request.method === "GET" ? await answerQuery(view, addressOf(request)) : undefined;
      if (answer !== undefined) return send(response, answer.status, "application/json", jsonOf(answer.body));
      return text(response, 404, `There is no ${request.method} ${request.url} here.`);
    }
  }
}

const addressOf = ({ url }: IncomingMessage) =>
  URL.parse(url ?? "/", "http://127.0.0.1") ?? new URL("http://127.0.0.1");

/** Names, reasons and log lines are other people's: none may turn around what is written beside it. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "string" ? harmless(one) : one));
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
function stream(response: ServerResponse, feed: Feed): void {
  response.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store" });
  // By default, a browser waits three seconds or more before it reconnects.
  response.write("retry: 1000\n\n");
  const stop = feed.watch((event: ConsoleEvent) => {
    if (response.writableLength > backlogBytes) response.destroy();
    else response.write(`data: ${jsonOf(event)}\n\n`);
  });
  response.on("close", stop);
}

/**
 * No script but ours runs, whatever a log line holds; nobody frames the page, so that no click is stolen.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...headers, "content-type": type, "cache-control": "no-store" }).end(body);
}

function text(response: ServerResponse, status: number, body: string): void {
  send(response, status, "text/plain; charset=utf-8", `${body}\n`);
}
