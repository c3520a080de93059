import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** The official client on a `fetch` that keeps the balancer's cookies, as a browser's does and Node's does not. */
export async function connectWithCookies(url: URL, reach: typeof fetch): Promise<Client> {
  let cookie = "";
  const keeping: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await reach(input, { ...init, headers });
    const pairs = response.headers.getSetCookie().map((set) => set.split(";")[0]);
    if (pairs.length > 0) cookie = pairs.join("; ");
    return response;
  };
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: keeping }));
  return client;
}
