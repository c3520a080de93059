import type { ServicePlan } from "#fleet";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, failure } from "../check.ts";

/** What a client sends first: https://modelcontextprotocol.io/specification/2025-06-18/basic/lifecycle#initialization */
const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "fleet-doctor", version: "1.0.0" } },
};

/** Through DNS, balancer and login to the server. Where a login is asked for, being asked for it is getting through. */
export const mcp: Check = {
  id: "mcp",
  well: "An MCP client gets through to every service.",
  async look({ stage }) {
    const online = stage.plan.services.filter(({ desiredCount }) => desiredCount > 0);
    return (await Promise.all(online.map((service) => lookAt(stage, service)))).flat();
  },
};

async function lookAt(stage: Stage, { key, url }: ServicePlan): Promise<readonly Finding[]> {
  const address = new URL("/mcp", url);
  const remedy = `fleet status, then fleet logs ${key} --since 15m`;
  try {
    const response = await stage.fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
      body: JSON.stringify(initialize),
      signal: AbortSignal.timeout(10_000),
    });
    await response.body?.cancel();
    if (response.status === 401 && response.headers.has("www-authenticate")) return [];
    if (response.status === 401)
      return [failure(`${key} asks for a login and does not say where: no WWW-Authenticate.`, "Mend the server.")];
    return response.ok
      ? []
      : [failure(`${address.href} answers ${response.status} to a client's first message.`, remedy)];
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [failure(`${address.href} does not answer: ${reasonOf(cause)}.`, remedy)];
  }
}
