import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { refusalOf } from "@mcp-fleet/loopback/door.mjs";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { WebSocketServer } from "ws";
import { type ExecSession, serveSession } from "./agent.ts";

/** What ExecuteCommand answers as `session`. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly streamUrl: string;
  readonly tokenValue: string;
}

export interface ExecSessions {
  /** A session that waits for its client to connect, once. */
  open(session: Omit<ExecSession, "id" | "token">): OpenedSession;
  close(): Promise<void>;
}

/** A session nobody connects to is forgotten. */
const connectWithinMs = 60_000;

const forbidden = "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/** Data channels of ECS Exec on 127.0.0.1, for `session-manager-plugin` and for `fleet shell`. */
export async function startExecSessions(): Promise<ExecSessions> {
  const waiting = new Map<string, ExecSession>();
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(behindDoor((_request, response) => void response.writeHead(426).end()));
  server.on("upgrade", (request, socket, head) => {
    if (refusalOf(request) !== undefined) return void socket.end(forbidden);
    const id = /^\/v1\/data-channel\/([\w-]+)/.exec(request.url ?? "")?.[1] ?? "";
    const session = waiting.get(id);
    waiting.delete(id);
    if (session === undefined) socket.end(forbidden);
    else sockets.handleUpgrade(request, socket, head, (opened) => serveSession(opened, session));
  });
  const port = await listenOnLoopback(server);

  return {
    open(session) {
      const id = `ecs-execute-command-${randomBytes(9).toString("hex").slice(0, 17)}`;
      const token = randomBytes(48).toString("base64");
      waiting.set(id, { ...session, id, token });
      setTimeout(() => waiting.delete(id), connectWithinMs).unref();
      return {
        sessionId: id,
        streamUrl: `ws://127.0.0.1:${port}/v1/data-channel/${id}?role=publish_subscribe`,
        tokenValue: token,
      };
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await closeServer(server);
    },
  };
}
