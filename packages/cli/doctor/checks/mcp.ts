import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { eachOf } from "#aws/batches.ts";
import { sessionLoss } from "#fleet/session-loss.ts";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";
import { reportOffline } from "../offline.ts";

/** How long a server may take to answer a client's first message. */
const patienceMs = 10_000;
const atOnce = 32;

/**
 * The official client, through DNS, balancer and login to the server. If a login is required, learning where to
 * log in counts as getting through.
 */
export const mcp: Check = {
  id: "mcp",
  ok: "An MCP client gets through to every service.",
  async look({ stage, services }) {
    const asked = (await services).filter(({ plan }) => plan.mcp);
    return (await eachOf(asked, async (facts) => reportOffline(facts) ?? (await lookAt(stage, facts)), atOnce)).flat();
  },
};

async function lookAt(stage: Stage, { plan }: ServiceFacts): Promise<readonly Finding[]> {
  const { key, url } = plan;
  const address = new URL("/mcp", url);
  const answers: Response[] = [];
  const transport = new StreamableHTTPClientTransport(address, {
    fetch: async (input, init) => {
      const answer = await stage.fetch(input, init);
      // A server need not offer the extra stream that a client asks for.
      if (init?.method === "POST") answers.push(answer);
      return answer;
    },
  });
  const client = new Client({ name: "fleet-doctor", version: "1.0.0" });
  try {
    await client.connect(transport, { timeout: patienceMs });
    const { sessionId } = transport;
    // A server with sessions would otherwise keep this one.
    await transport.terminateSession().catch(() => undefined);
    const loss = sessionId === undefined ? undefined : sessionLoss(stage.plan, plan);
    return loss === undefined
      ? []
      : [failure(`${key} keeps its clients' sessions in memory: ${loss.when}.`, loss.remedy)];
  } catch (error) {
    return judgeAnswers(key, address, answers, error);
  } finally {
    await client.close();
  }
}

/**
 * @param answers to the client's messages, in their order
 * @param error what the client made of the last of them, or of there being none
 */
export function judgeAnswers(
  key: string,
  { href }: URL,
  answers: readonly Pick<Response, "status" | "headers">[],
  error: unknown,
): readonly Finding[] {
  const remedy = `fleet status, then fleet logs ${key} --since 15m`;
  const answer = answers.at(-1);
  if (answer === undefined) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [failure(`${href} does not answer: ${reasonOf(cause)}.`, remedy)];
  }
  const { status } = answer;
  if (status === 401 && /^Bearer\b/i.test(answer.headers.get("www-authenticate") ?? "")) return [];
  if (status === 401)
    return [failure(`${key} requires a login but does not say where: no WWW-Authenticate: Bearer.`, "Fix the server.")];
  if (status >= 400 && answers.length > 1)
    return [
      failure(
        `${href} accepts a client's first message but answers ${status} to the next: another task does not know the session.`,
        `Make ${key} stateless, or give it desiredCount 1 in fleet.config.ts`,
      ),
    ];
  if (status >= 300) return [failure(`${href} answers ${status} to a client's first message.`, remedy)];
  return [failure(`${href} answers, but not as an MCP server: ${shortened(reasonOf(error))}.`, remedy)];
}

/** The client quotes what was answered, which may be a page. */
function shortened(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
