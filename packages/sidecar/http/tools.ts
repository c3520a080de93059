import { boundedFetch } from "../bounded-fetch.ts";
import type { HttpServer } from "../server-config.ts";

/** More than any list of tools takes. */
const longestAnswer = 2 * 2 ** 20;

/**
 * What tools the server behind has, asked as a client of its own would, in whichever revision it speaks.
 * @throws when it does not answer
 */
export async function askForTools(
  { url, bearer }: Pick<HttpServer, "url" | "bearer">,
  timeout: number,
): Promise<readonly unknown[]> {
  // Loaded when it is needed: a start takes half as long without it.
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client({ name: "mcp-fleet", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: boundedFetch(longestAnswer),
    ...(bearer !== undefined && { requestInit: { headers: { authorization: `Bearer ${bearer}` } } }),
  });
  try {
    await client.connect(transport, { timeout });
    return [await client.listTools({}, { timeout })];
  } finally {
    await transport.terminateSession().catch(() => undefined);
    await client.close();
  }
}
