import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Member } from "#start/client/member.ts";

/**
 * A client in Node, with the SDK and Node's own `fetch`: it prints the answer of a tool.
 * Arguments: the address, the tool, and its arguments as JSON; `--login` for a user who logs in first.
 */
const [address = "", tool = "", json = "{}", login] = process.argv.slice(2);
const url = new URL(address);
const client = login === "--login" ? await loggedIn() : await plain();
console.log(JSON.stringify(await client.callTool({ name: tool, arguments: JSON.parse(json) })));
await client.close();

async function plain(): Promise<Client> {
  const one = new Client({ name: "program", version: "1.0.0" });
  await one.connect(new StreamableHTTPClientTransport(url));
  return one;
}

async function loggedIn(): Promise<Client> {
  const member = new Member(exampleUsers[0].sub);
  await member.logIn(url);
  return member.connect(url);
}
