import * as v from "valibot";

/** What a JSON-RPC request asks for, as an MCP client sends it; `name` is that of a tool or prompt. */
export interface Rpc {
  readonly method: string;
  readonly name?: string | undefined;
}

/** Bodies that come in one piece and are no longer are read; nobody waits for the rest of another. */
const longest = 64 * 1024;

const Message = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ method: v.string(), params: v.optional(v.object({ name: v.optional(v.string()) })) }),
);

/** @param body the first piece of a request's body, which may be anything */
export function rpcIn(body: Buffer): Rpc | undefined {
  // 123 is `{`: a form or a file is not even tried.
  if (body.length > longest || body[0] !== 123) return undefined;
  const parsed = v.safeParse(Message, body.toString());
  if (!parsed.success) return undefined;
  const { method, params } = parsed.output;
  return { method, ...(params?.name !== undefined && { name: params.name }) };
}
