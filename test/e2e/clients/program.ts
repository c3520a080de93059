import { createInterface } from "node:readline";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import * as v from "valibot";
import { Member } from "#start/client/member.ts";
import type { Connection } from "./connection.ts";
import { openFirst, openSecond } from "./sdk.ts";

/**
 * A client in Node, as somebody writes one, with Node's own `fetch`. Arguments: which client, and the addresses of its
 * servers. It logs in where it must, and calls the tool of each line of its input at each server: it answers a line.
 */
const open = {
  "sdk 1": openFirst,
  "sdk 2": openSecond("auto"),
  "sdk 2, pinned": openSecond({ pin: "2026-07-28" }),
  "ai-sdk": async (url, member) => (await import("./installed/ai-sdk.mjs")).open(url, member),
  langchain: async (url, member) => (await import("./installed/langchain.mjs")).open(url, member),
} satisfies Record<string, (url: URL, member: Member) => Promise<Connection>>;

const Line = v.object({
  tool: v.string(),
  input: v.record(v.string(), v.unknown()),
  /** Whether the access tokens have run out before. */
  expired: v.boolean(),
});

const [name, ...addresses] = v.parse(
  v.tupleWithRest([v.picklist(Object.keys(open))], v.string()),
  process.argv.slice(2),
);
const clients: Readonly<Record<string, (typeof open)[keyof typeof open]>> = open;
const servers = await Promise.all(
  addresses.map(async (address) => {
    const member = new Member(exampleUsers[0].sub);
    return { member, connection: await clients[name]?.(new URL(address), member) };
  }),
);
for await (const line of createInterface({ input: process.stdin })) {
  const { tool, input, expired } = v.parse(v.pipe(v.string(), v.parseJson(), Line), line);
  const answers = servers.map(({ member, connection }) => {
    const tokens = member.tokens();
    if (expired && tokens !== undefined) member.saveTokens({ ...tokens, access_token: "of-yesterday" });
    return connection?.call(tool, input);
  });
  console.log(JSON.stringify(await Promise.all(answers)));
}
await Promise.all(servers.map(({ connection }) => connection?.close()));
process.exit();
