import { EventSourceParserStream } from "eventsource-parser/stream";
import * as v from "valibot";
import { excessOf } from "#sidecar/json-bounds.ts";
import { Down } from "./down.ts";

const Message = v.object({
  id: v.optional(v.nullable(v.union([v.string(), v.number()]))),
  result: v.optional(v.unknown()),
  error: v.optional(v.object({ code: v.number() })),
});
type Message = v.InferOutput<typeof Message>;
const Json = v.pipe(v.string(), v.parseJson(), Message);

/** How a request was answered. */
export type Answer =
  | { readonly kind: "result"; readonly result: unknown; readonly session: string | undefined }
  | { readonly kind: "login" }
  /** `what`, in the words of a sentence that begins with the service. */
  | { readonly kind: "refused"; readonly what: string };

/** JSON-RPC over Streamable HTTP: each request is a POST, whose answer is JSON or a stream that has it as an event. */
export interface Conversation {
  ask(method: string, params: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** What no answer is expected to. */
  say(method: string, headers: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the session that the headers name. */
  leave(headers: Readonly<Record<string, string>>): Promise<void>;
}

export function converse(using: typeof fetch, url: URL): Conversation {
  let last = 0;
  const post = (message: object, headers: Readonly<Record<string, string>>) =>
    using(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "user-agent": "mcp-fleet-probe",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
  return {
    async ask(method, params, headers = {}) {
      last += 1;
      const id = last;
      const response = await post({ id, method, params }, headers);
      const { status } = response;
      if (status !== 200) await response.body?.cancel();
      if (status === 401) return { kind: "login" };
      if (status !== 200) return { kind: "refused", what: `answers ${status} to ${method}` };
      const message = await readMessage(response, id);
      if (message.error !== undefined)
        return { kind: "refused", what: `answers error ${message.error.code} to ${method}` };
      return { kind: "result", result: message.result, session: response.headers.get("mcp-session-id") ?? undefined };
    },
    async say(method, headers) {
      const response = await post({ method }, headers);
      await response.body?.cancel();
    },
    async leave(headers) {
      const response = await using(url, { method: "DELETE", headers });
      await response.body?.cancel();
    },
  };
}

async function readMessage(response: Response, id: number): Promise<Message> {
  const isStream = /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
  if (!isStream || response.body === null) return messageIn(await response.text());
  // A stream may go on after the answer: it is left then.
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    const message = messageIn(data);
    if (message.id === id) return message;
  }
  throw new Down("ends its stream without an answer");
}

function messageIn(text: string): Message {
  const parsed = excessOf(text) === undefined ? v.safeParse(Json, text) : undefined;
  if (!parsed?.success) throw new Down("answers, but not as an MCP server");
  return parsed.output;
}
