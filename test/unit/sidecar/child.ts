/** A server over stdin and stdout, written by hand, that behaves as its first argument says. */
import { createInterface } from "node:readline";

const [, , behaviour = "good"] = process.argv;
const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value: string) => ({ content: [{ type: "text", text: value }] });
if (behaviour === "dies") {
  console.error("no configuration");
  process.exit(3);
}
if (behaviour === "chatty") console.log("Server started on stdio");
let held: Buffer[] = [];

const tools = [
  { name: "say", inputSchema: { type: "object", properties: { what: { type: "string" } } } },
  { name: "pid", inputSchema: { type: "object" } },
  { name: "count", inputSchema: { type: "object" } },
  { name: "hang", inputSchema: { type: "object" } },
  { name: "misbehave", inputSchema: { type: "object" } },
  { name: "ask", inputSchema: { type: "object" } },
];

interface Request {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    name?: string;
    arguments?: { what?: string };
    _meta?: { progressToken?: number };
    requestId?: number;
  };
  readonly error?: { message: string };
}

function call(id: number | string, { name, arguments: given, _meta }: NonNullable<Request["params"]>): void {
  if (name === "say") say({ id, result: text(`${given?.what} ${process.env.SECRET_OF_THE_SIDECAR ?? ""}`.trim()) });
  else if (name === "pid") say({ id, result: text(String(process.pid)) });
  else if (name === "count") {
    for (const progress of [1, 2]) {
      say({ method: "notifications/progress", params: { progressToken: _meta?.progressToken, progress, total: 2 } });
    }
    say({ id, result: text("2") });
  } else if (name === "ask") {
    asked = id;
    say({ id: "question", method: "sampling/createMessage", params: {} });
  } else if (name === "misbehave") misbehave();
  else if (name !== "hang") say({ id, error: { code: -32602, message: "Unknown tool" } });
}

function misbehave(): void {
  if (behaviour === "floods") process.stdout.write("x".repeat(20 * 2 ** 20));
  else if (behaviour === "grows") held = Array.from({ length: 40 }, () => Buffer.alloc(4 * 2 ** 20, 1));
  else process.exit(7);
}

let asked: number | string = 0;
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params, error }: Request = JSON.parse(line);
  if (error !== undefined) say({ id: asked, result: text(error.message) });
  else if (method === "notifications/cancelled") console.error(`cancelled ${params?.requestId}`);
  else if (id === undefined || behaviour === "mute") return;
  else if (method === "initialize") {
    const serverInfo = { name: "by-hand", version: "1.0.0" };
    say({ id, result: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") say({ id, result: { tools } });
  else if (method === "tools/call" && params) call(id, params);
});
process.on("exit", () => held.splice(0));
