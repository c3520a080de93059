import { MultiServerMCPClient } from "@langchain/mcp-adapters";

/**
 * LangChain's adapters, which leave the login to the official SDK.
 * @param {URL} url
 * @param {import("#start/client/member.ts").Member} member
 * @returns {Promise<import("../connection.ts").Connection>}
 */
export async function open(url, member) {
  const connect = async () => {
    const client = new MultiServerMCPClient({
      mcpServers: { one: { transport: "http", url: url.href, authProvider: member } },
    });
    return { client, tools: await client.getTools() };
  };
  const { client, tools } = await connect().catch(async (error) => {
    if (!/Unauthorized/.test(error.message)) throw error;
    await member.endLogIn(url, await member.approve());
    return connect();
  });
  return {
    call: async (tool, input) => ({
      content: [{ text: await tools.find(({ name }) => name === tool)?.invoke(input) }],
    }),
    close: () => client.close(),
  };
}
