import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import * as current from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Member } from "#start/client/member.ts";

/**
 * A client in Node, with the SDK and Node's own `fetch`: it prints the answer of a tool.
 * Arguments: the address, the tool, and its arguments as JSON; `--login` for a user who logs in first; `--sdk=1`, or
 * `--sdk=2` with the revision that it insists on, or `auto`.
 */
const [address = "", tool = "", json = "{}", ...options] = process.argv.slice(2);
const url = new URL(address);
const login = options.includes("--login");
const [, revision] = options.map((option) => /^--sdk=2:(.+)$/.exec(option)).find((found) => found !== null) ?? [];
const client = revision === undefined ? await ofFirstSdk() : await ofSecondSdk(revision);
console.log(JSON.stringify(await client.callTool({ name: tool, arguments: JSON.parse(json) })));
await client.close();

async function ofFirstSdk(): Promise<Client> {
  if (login) {
    const member = new Member(exampleUsers[0].sub);
    await member.logIn(url);
    await member.refresh(url);
    return member.connect(url);
  }
  const one = new Client({ name: "program", version: "1.0.0" });
  await one.connect(new StreamableHTTPClientTransport(url));
  return one;
}

async function ofSecondSdk(asked: string): Promise<current.Client> {
  const mode = asked === "auto" ? "auto" : { pin: asked };
  const one = () => new current.Client({ name: "program", version: "2.0.0" }, { versionNegotiation: { mode } });
  const member = new Member(exampleUsers[0].sub);
  const transport = () => new current.StreamableHTTPClientTransport(url, login ? { authProvider: member } : {});
  const first = transport();
  const client = one();
  const connected = await client.connect(first).then(
    () => true,
    (error: unknown) => {
      if (!login || !(error instanceof current.UnauthorizedError)) throw error;
      return false;
    },
  );
  if (connected) return client;
  await first.finishAuth((await member.approve()).searchParams);
  const admitted = one();
  await admitted.connect(transport());
  return admitted;
}
