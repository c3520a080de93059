import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { connectHec } from "#sidecar/audit/hec.ts";
import { boundedFetch } from "#sidecar/bounded-fetch.ts";
import { askForTools } from "#sidecar/http/tools.ts";
import { connectProvider } from "#sidecar/login/identity.ts";
import { listenForTest } from "./listening.ts";

/** Answers everything with JSON that never ends, as fast as it is read. */
async function openEndless(): Promise<URL> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (res.writable && res.write(`["${"x".repeat(2 ** 16)}",`));
    };
    res.on("drain", more);
    more();
  });
  return new URL(`http://127.0.0.1:${await listenForTest(server)}/mcp`);
}

describe("an answer that never ends is read no further than any answer goes", () => {
  it("[MCP-6] of whoever is asked", async () => {
    const answer = await boundedFetch(2 ** 20)(await openEndless());
    await expect(answer.text()).rejects.toThrow("it answers more than 1 MB");
  });

  it("[AUD-4] of Splunk: events wait, and the log says why", async () => {
    const hec = connectHec({ url: await openEndless(), token: "t", timeoutMs: 600_000 });
    const explanation = "HEC does not answer: it answers more than 1 MB.";
    expect(await hec.send(["{}"], new AbortController().signal)).toMatchObject({ kind: "retry", explanation });
  });

  it("[MCP-2] of an identity provider", async () => {
    const url = await openEndless();
    const provider = connectProvider({
      kind: "openid",
      name: "Endless",
      externalUrl: url,
      issuer: url,
      clientId: "id",
      clientSecret: "secret",
      redirectUri: url,
      scopes: [],
      allowedDomains: [],
      allowedGroups: [],
      allowedRedirects: [],
      sessions: { kind: "memory" },
    });
    const trip = { state: "s", nonce: "n", verifier: "v" };
    const why = (error: unknown): string =>
      error instanceof Error ? `${error.message} ${error.cause === undefined ? "" : why(error.cause)}` : "";
    expect(await provider.authorizationUrl(trip).then(String, why)).toContain("it answers more than 1 MB");
  });

  it("[MCP-6] of a server that is asked for its tools", async () => {
    await expect(askForTools({ url: await openEndless(), bearer: undefined }, 600_000)).rejects.toThrow();
  });
});
