import * as v from "valibot";
import type { ServicePlan } from "#fleet";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, failure } from "../check.ts";

/** Clients cannot reach an address with the container's port in it, and say only that the login failed. */
export const oauthMetadata: Check = {
  id: "oauth-metadata",
  well: "OAuth metadata can be had, and names public addresses only.",
  async look({ stage }) {
    const owner = stage.plan.services.find(({ key }) => key === stage.plan.oauth.owner);
    if (owner === undefined || owner.desiredCount === 0) return [];
    return lookAt(stage, owner);
  },
};

async function lookAt(stage: Stage, owner: ServicePlan): Promise<readonly Finding[]> {
  const url = new URL("/.well-known/oauth-authorization-server", owner.url);
  const remedy = `fleet logs ${owner.key} --since 15m, and the rule of the OAuth paths: \`oauth\` in fleet.config.ts`;
  try {
    const response = await stage.fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) return [failure(`${url.href} answers ${response.status}.`, remedy)];
    return judgeMetadata(owner, await response.json());
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return [failure(`${url.href} does not answer: ${reasonOf(cause)}.`, remedy)];
  }
}

/** Every address in the document must have the origin that the world knows. */
export function judgeMetadata({ key, url, port }: ServicePlan, document: unknown): readonly Finding[] {
  const parsed = v.safeParse(v.record(v.string(), v.unknown()), document);
  const remedy = `WORKSPACE_EXTERNAL_URL of ${key} must be ${url}: see its environment in fleet.config.ts.`;
  if (!parsed.success) return [failure(`The OAuth metadata of ${key} is no JSON object.`, remedy)];
  const wrong = Object.entries(parsed.output).filter(([, value]) => {
    if (typeof value !== "string") return false;
    const address = URL.parse(value);
    if (address === null || !/^https?:$/.test(address.protocol)) return false;
    const own = address.origin === new URL(url).origin;
    return !own && (address.protocol === "http:" || address.port === String(port));
  });
  if (wrong.length === 0) return [];
  const list = wrong.map(([name, value]) => `${name} is ${String(value)}`).join(", ");
  return [failure(`The OAuth metadata of ${key} names addresses that clients cannot reach: ${list}.`, remedy)];
}
