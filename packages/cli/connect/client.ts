import { quoteWord } from "../shell/quote.ts";

/** What an MCP client on this machine needs to reach a service. */
export interface Connection {
  readonly name: string;
  /** The address of the protocol: it ends with `/mcp`. */
  readonly url: string;
  /** The file of the authority that signed the certificate; absent if every machine trusts it. */
  readonly ca: string | undefined;
}

/** The bridge for clients that can only talk to programs: https://www.npmjs.com/package/mcp-remote */
const bridge = "mcp-remote";

/** A shell line: a client in Node that trusts the authority. */
export function lineFor({ url, ca }: Connection): string {
  return ca === undefined ? `npx ${bridge} ${url}` : `NODE_EXTRA_CA_CERTS=${quoteWord(ca)} npx ${bridge} ${url}`;
}

/** The usual `mcp.json`: for a client that speaks HTTP, or for one that starts a program and speaks to that. */
export function settingsFor({ name, url, ca }: Connection, transport: "http" | "stdio"): object {
  const program = {
    command: "npx",
    args: ["-y", bridge, url],
    ...(ca !== undefined && { env: { NODE_EXTRA_CA_CERTS: ca } }),
  };
  return { mcpServers: { [name]: transport === "http" ? { type: "http", url } : program } };
}
