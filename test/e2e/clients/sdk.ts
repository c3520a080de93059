import * as current from "@modelcontextprotocol/client";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Member } from "#start/client/member.ts";
import type { Connection } from "./connection.ts";

/** The official SDK's first line. */
export async function openFirst(url: URL, member: Member): Promise<Connection> {
  const transport = () => new StreamableHTTPClientTransport(url, { authProvider: member });
  const one = () => new Client({ name: "program", version: "1.0.0" });
  const [client, first] = [one(), transport()];
  if (await connects(client.connect(first), UnauthorizedError)) return connectionOf(client);
  await first.finishAuth((await member.approve()).searchParams.get("code") ?? "");
  const admitted = one();
  await admitted.connect(transport());
  return connectionOf(admitted);
}

/** Its second line, which asks for the newest revision and falls back, or insists on one. */
export const openSecond =
  (mode: "auto" | { readonly pin: string }) =>
  async (url: URL, member: Member): Promise<Connection> => {
    const transport = () => new current.StreamableHTTPClientTransport(url, { authProvider: member });
    const one = () => new current.Client({ name: "program", version: "2.0.0" }, { versionNegotiation: { mode } });
    const [client, first] = [one(), transport()];
    if (await connects(client.connect(first), current.UnauthorizedError)) return connectionOf(client);
    await first.finishAuth((await member.approve()).searchParams);
    const admitted = one();
    await admitted.connect(transport());
    return connectionOf(admitted);
  };

const connectionOf = (client: Client | current.Client): Connection => ({
  call: (name, input) => client.callTool({ name, arguments: input }),
  close: () => client.close(),
});

/** @returns false when it takes a login first */
function connects(
  connecting: Promise<void>,
  unauthorized: typeof UnauthorizedError | typeof current.UnauthorizedError,
) {
  return connecting.then(
    () => true,
    (error: unknown) => {
      if (error instanceof unauthorized) return false;
      throw error;
    },
  );
}
