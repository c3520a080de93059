import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { Collector, type HecRequest } from "./collector.ts";
import { control, controlPath } from "./control.ts";
import type { IndexedEvent } from "./event.ts";
import { exportEvents, exportPath } from "./export.ts";
import { type FaultRequest, FaultSwitch } from "./fault.ts";
import { IndexStore, type Search } from "./search.ts";
import { type HecToken, TokenRegistry, type TokenRequest } from "./token.ts";

export { Collector } from "./collector.ts";
export type { IndexedEvent } from "./event.ts";
export { type Fault, type FaultRequest, FaultSwitch } from "./fault.ts";
export { IndexStore, type Search } from "./search.ts";
export { type HecToken, TokenRegistry, type TokenRequest } from "./token.ts";

/** Splunk's HTTP Event Collector on loopback: its codes, its tokens, and what it indexed. */
export interface HecDouble {
  /** What `SPLUNK_HEC_URL` is set to. */
  readonly url: string;
  /** @param propagationMs how long HEC does not know the token yet (403, code 4) */
  createToken(request: TokenRequest, propagationMs?: number): HecToken;
  getToken(name: string): HecToken | undefined;
  listTokens(): readonly HecToken[];
  /** Changes everything but the value. False when there is no such token, as with the three below. */
  updateToken(name: string, change: Partial<Omit<HecToken, "name" | "token">>): boolean;
  disableToken(name: string): boolean;
  enableToken(name: string): boolean;
  deleteToken(name: string): boolean;
  search(search?: Search): readonly IndexedEvent[];
  onEvent(listener: (event: IndexedEvent) => void): () => void;
  /** @param seconds how long the fault lasts; until `clearFault` by default */
  setFault(fault: FaultRequest, seconds?: number): void;
  clearFault(): void;
  stop(): Promise<void>;
}

export async function startHecDouble(options: { readonly port?: number } = {}): Promise<HecDouble> {
  const tokens = new TokenRegistry();
  const store = new IndexStore();
  const faults = new FaultSwitch();
  const collector = new Collector(tokens, store, faults);

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const request: HecRequest = {
      method: req.method ?? "GET",
      url: new URL(req.url ?? "/", "http://127.0.0.1"),
      headers: req.headers,
      body: await buffer(req),
    };
    if (request.url.pathname.startsWith(`${controlPath}/`)) {
      const { status, body } = control(request, { tokens, store, faults });
      res.writeHead(status, { "Content-Type": "application/json" }).end(body);
      return;
    }
    if (request.url.pathname === exportPath) {
      const form = new URLSearchParams(request.body.toString());
      const { status, body } = exportEvents(req.headers.authorization, form, store);
      res.writeHead(status, { "Content-Type": "application/json" }).end(body);
      return;
    }
    const response = collector.handle(request);
    switch (response.kind) {
      case "reset":
        req.socket.resetAndDestroy();
        return;
      case "silence":
        return;
      case "answer":
        if (response.retryAfter !== undefined) res.setHeader("Retry-After", response.retryAfter);
        res.writeHead(response.status, { "Content-Type": "application/json; charset=UTF-8" }).end(response.body);
    }
  }

  const answer: RequestListener = (req, res) => {
    serve(req, res).catch((error: unknown) => {
      res.writeHead(400, { "Content-Type": "application/json" }).end(JSON.stringify({ error: String(error) }));
    });
  };
  // Splunk's own paths: each asks for a token, and answers with its own code when it is missing.
  const server = createServer(behindDoor(answer, { forms: ["/services/"] }));
  const port = await listenOnLoopback(server, options.port);

  return {
    url: `http://127.0.0.1:${port}`,
    createToken: (request, propagationMs) => tokens.create(request, propagationMs),
    getToken: (name) => tokens.get(name),
    listTokens: () => tokens.list(),
    updateToken: (name, change) => tokens.update(name, change),
    disableToken: (name) => tokens.update(name, { disabled: true }),
    enableToken: (name) => tokens.update(name, { disabled: false }),
    deleteToken: (name) => tokens.delete(name),
    search: (search) => store.search(search),
    onEvent: (listener) => store.onEvent(listener),
    setFault: (fault, seconds) => faults.set(fault, seconds),
    clearFault: () => faults.clear(),
    stop: () => closeServer(server),
  };
}
