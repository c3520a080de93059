/** A server over stdin and stdout, written by hand, that behaves as its first argument says. */
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , behaviour = "good"] = process.argv;
const say = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value: string) => ({ content: [{ type: "text", text: value }] });
if (behaviour === "dies") {
  console.error("no configuration");
  process.exit(3);
}
if (behaviour === "marks") process.stdout.write("\uFEFF");
if (behaviour === "chatty") console.log("Server started on stdio");
if (behaviour === "stays") {
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 1_000);
}
let held: Buffer[] = [];

const tools = [
  { name: "say", inputSchema: { type: "object", properties: { what: { type: "string" } } } },
  { name: "pid", inputSchema: { type: "object" } },
  { name: "count", inputSchema: { type: "object" } },
  { name: "hang", inputSchema: { type: "object" } },
  { name: "misbehave", inputSchema: { type: "object" } },
  { name: "ask", inputSchema: { type: "object" } },
  { name: "write", inputSchema: { type: "object" } },
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
  readonly result?: { content: { text: string } };
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
    say({ id: "question", method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
  } else if (name === "write") process.stdout.write(`${given?.what?.replace("ID", String(id))}\n`);
  else if (name === "misbehave") misbehave(id);
  else if (name === "hang") console.error("hangs");
  else say({ id, error: { code: -32602, message: "Unknown tool" } });
}

function misbehave(id: number | string): void {
  const { stdout } = process;
  const last = JSON.stringify({ jsonrpc: "2.0", id, result: text("last words") });
  if (behaviour === "floods") stdout.write("x".repeat(20 * 2 ** 20));
  else if (behaviour === "chatters") stdout.write("a line of a log\n".repeat(50_000));
  else if (behaviour === "notifies") {
    const notice = JSON.stringify({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    stdout.write(`${notice}\n`.repeat(50_000));
  } else if (behaviour === "nests") {
    const deep = "[".repeat(7 * 2 ** 20) + "]".repeat(7 * 2 ** 20);
    stdout.write(`{"jsonrpc":"2.0","result":{"deep":${deep}},"id":${id}}\n`);
  } else if (behaviour === "lists") {
    stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"many":[${"{},".repeat(5 * 2 ** 20)}0]}}\n`);
  } else if (behaviour === "grows") held = Array.from({ length: 70 }, () => Buffer.alloc(4 * 2 ** 20, 1));
  else if (behaviour === "closes its stdout") closeSync(1);
  else if (behaviour === "closes its stdin") closeSync(0);
  else if (behaviour === "is stuck") for (;;);
  else if (behaviour === "ends in a line") stdout.write(last.slice(0, 20), () => process.exit(7));
  else if (behaviour === "says its last words") stdout.write(`${last}\n`, () => process.exit(0));
  else if (behaviour === "leaves an orphan") {
    spawn(process.execPath, ["-e", "console.error('orphan', process.pid); setInterval(() => {}, 1000)"], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    setTimeout(() => process.exit(7), 500);
  } else if (behaviour === "babbles") {
    stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
    say({ id: 4_711, result: {} });
    say({ id: "4711", error: { code: 1, message: "of nobody" } });
    stdout.write(`[${last}]\r\n\n`);
    say({ id, result: text("once more") });
  } else process.exit(7);
}

let asked: number | string = 0;
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params, error, result }: Request = JSON.parse(line);
  if (result !== undefined) say({ id: asked, result: text(result.content.text) });
  else if (error !== undefined) say({ id: asked, result: text(error.message) });
  else if (method === "notifications/cancelled") console.error(`cancelled ${params?.requestId}`);
  else if (id === undefined || behaviour === "mute") return;
  else if (method === "ping") say({ id, result: {} });
  else if (method === "initialize") {
    const serverInfo = { name: "by-hand", version: "1.0.0" };
    const capabilities = { tools: {}, ...(behaviour === "says null" && { prompts: null }) };
    say({ id, result: { protocolVersion: "2025-11-25", capabilities, serverInfo } });
  } else if (method === "tools/list") say({ id, result: { tools } });
  else if (method === "tools/call" && params) call(id, params);
});
process.on("exit", () => held.splice(0));
