import { auth, createMCPClient, UnauthorizedError } from "@ai-sdk/mcp";

/**
 * The AI SDK's client.
 * @param {URL} url
 * @param {import("#start/client/member.ts").Member} member
 * @returns {Promise<import("../connection.ts").Connection>}
 */
export async function open(url, member) {
  const connect = () => createMCPClient({ transport: { type: "http", url: url.href, authProvider: member } });
  const client = await connect().catch(async (error) => {
    if (!UnauthorizedError.isInstance?.(error) && !(error instanceof UnauthorizedError)) throw error;
    const { searchParams } = await member.approve();
    await auth(member, {
      serverUrl: url,
      authorizationCode: searchParams.get("code") ?? "",
      callbackState: searchParams.get("state") ?? "",
      callbackIssuer: searchParams.get("iss") ?? "",
    });
    return connect();
  });
  const tools = await client.tools();
  return {
    call: (tool, input) => tools[tool]?.execute(input, { toolCallId: "1", messages: [] }),
    close: () => client.close(),
  };
}
