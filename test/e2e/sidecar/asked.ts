import * as current from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Member } from "#start/client/member.ts";

const information = { name: "asked", version: "1.0.0" };
const capabilities = { sampling: {}, elicitation: {} };
const sampled = { model: "of the client", role: "assistant", content: { type: "text", text: "sampled" } } as const;
const accepted = { action: "accept", content: { name: "Ada" } } as const;

/** A client of somebody who is logged in, that a server may ask its model and its user, by each line of the official SDK. */
export const asked = {
  "sdk 1": async (url: URL, member: Member, using: typeof fetch) => {
    const client = new Client(information, { capabilities });
    client.setRequestHandler(CreateMessageRequestSchema, async () => sampled);
    client.setRequestHandler(ElicitRequestSchema, async () => accepted);
    await client.connect(new StreamableHTTPClientTransport(url, { authProvider: member, fetch: using }));
    return client;
  },
  "sdk 2": async (url: URL, member: Member, using: typeof fetch) => {
    const client = new current.Client(information, { capabilities, versionNegotiation: { mode: "auto" } });
    client.setRequestHandler("sampling/createMessage", async () => sampled);
    client.setRequestHandler("elicitation/create", async () => accepted);
    await client.connect(new current.StreamableHTTPClientTransport(url, { authProvider: member, fetch: using }));
    return client;
  },
} as const;

/** What server-everything makes of its client's answers, or why it gets none. */
export async function askThrough(
  client: Awaited<ReturnType<(typeof asked)[keyof typeof asked]>>,
): Promise<readonly string[]> {
  const calls = [
    { name: "trigger-sampling-request", arguments: { prompt: "hello" } },
    { name: "trigger-elicitation-request", arguments: {} },
  ];
  const answers: string[] = [];
  for (const call of calls) answers.push(JSON.stringify(await client.callTool(call).catch(String)));
  await client.close();
  return answers;
}
