import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";
import { tellOffline } from "../offline.ts";

/** How long a server may take until it has answered a client's first message. */
const patienceMs = 10_000;

/**
 * The official client, through DNS, balancer and login to the server. Where a login is asked for, being told where to
 * log in is getting through.
 */
export const mcp: Check = {
  id: "mcp",
  well: "An MCP client gets through to every service.",
  look: async ({ stage, services }) =>
    (await Promise.all(services.map(async (facts) => tellOffline(facts) ?? (await lookAt(stage, facts))))).flat(),
};

async function lookAt(stage: Stage, { plan: { key, url } }: ServiceFacts): Promise<readonly Finding[]> {
  const address = new URL("/mcp", url);
  const answers: Response[] = [];
  const transport = new StreamableHTTPClientTransport(address, {
    fetch: async (input, init) => {
      const answer = await stage.fetch(input, init);
      answers.push(answer);
      return answer;
    },
  });
  const client = new Client({ name: "fleet-doctor", version: "1.0.0" });
  try {
    await client.connect(transport, { timeout: patienceMs });
    // A server that keeps sessions would keep this one.
    await transport.terminateSession().catch(() => undefined);
    return [];
  } catch (error) {
    return judgeAnswer(key, address, answers[0], error);
  } finally {
    await client.close();
  }
}

/** @param error what the client made of the answer, or of there being none */
export function judgeAnswer(
  key: string,
  { href }: URL,
  answer: Pick<Response, "status" | "headers"> | undefined,
  error: unknown,
): readonly Finding[] {
  const remedy = `fleet status, then fleet logs ${key} --since 15m`;
  if (answer === undefined) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [failure(`${href} does not answer: ${reasonOf(cause)}.`, remedy)];
  }
  if (answer.status === 401 && /^Bearer\b/i.test(answer.headers.get("www-authenticate") ?? "")) return [];
  if (answer.status === 401)
    return [
      failure(`${key} asks for a login and does not say where: no WWW-Authenticate: Bearer.`, "Mend the server."),
    ];
  if (answer.status >= 300) return [failure(`${href} answers ${answer.status} to a client's first message.`, remedy)];
  return [failure(`${href} answers, and not as an MCP server: ${reasonOf(error).split("\n")[0]}.`, remedy)];
}
