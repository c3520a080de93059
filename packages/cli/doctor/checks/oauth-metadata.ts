import * as v from "valibot";
import type { ServicePlan } from "#fleet";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, failure, skipped } from "../check.ts";
import { reportOffline } from "../offline.ts";

/**
 * What a client reads before a login: the resource's metadata (RFC 9728) and that of each authorization server it
 * names (RFC 8414). Clients cannot reach an address with the container's port in it, and only report that the login
 * failed.
 */
export const oauthMetadata: Check = {
  id: "oauth-metadata",
  ok: "OAuth metadata is served, and names only public addresses.",
  async look({ stage, services }) {
    const owner = (await services).find(({ plan }) => plan.key === stage.plan.oauth?.owner);
    if (owner === undefined) return [skipped(`Stage ${stage.plan.stage} has no service with oauth: "owner".`)];
    return reportOffline(owner) ?? lookAt(stage, owner.plan);
  },
};

const Resource = v.object({ resource: v.string(), authorization_servers: v.array(v.string()) });

async function lookAt(stage: Stage, owner: ServicePlan): Promise<readonly Finding[]> {
  const mcp = new URL("/mcp", owner.url);
  const resource = await read(stage, owner, wellKnown("oauth-protected-resource", mcp));
  if ("finding" in resource) return [resource.finding];
  const parsed = v.safeParse(Resource, resource.document);
  if (!parsed.success)
    return [failure(`The metadata of ${mcp.href} names no authorization server (RFC 9728).`, "Fix the server.")];
  const servers = await Promise.all(
    parsed.output.authorization_servers.map((server) => lookAtServer(stage, owner, server)),
  );
  return [
    ...judgeResource(owner, mcp, parsed.output.resource),
    ...judgeMetadata(owner, resource.document),
    ...servers.flat(),
  ];
}

async function lookAtServer(stage: Stage, owner: ServicePlan, server: string): Promise<readonly Finding[]> {
  const issuer = URL.parse(server);
  // A problem with the address itself is reported for the document that names it.
  if (issuer === null || !isPublic(owner, issuer)) return [];
  const metadata = await read(stage, owner, wellKnown("oauth-authorization-server", issuer));
  return "finding" in metadata ? [metadata.finding] : judgeMetadata(owner, metadata.document);
}

/** Both RFCs put the well-known part between the host and the path of the resource. */
function wellKnown(name: string, { origin, pathname }: URL): URL {
  return new URL(`/.well-known/${name}${pathname.replace(/\/$/, "")}`, origin);
}

async function read(
  stage: Stage,
  owner: ServicePlan,
  url: URL,
): Promise<{ readonly document: unknown } | { readonly finding: Finding }> {
  const remedy = `fleet logs ${owner.key} --since 15m, and the rule of the OAuth paths: \`oauth\` in fleet.config.ts`;
  try {
    const response = await stage.fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) return { finding: failure(`${url.href} answers ${response.status}.`, remedy) };
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
    return parsed.success ? { document: parsed.output } : { finding: failure(`${url.href} is not JSON.`, remedy) };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { finding: failure(`${url.href} does not answer: ${reasonOf(cause)}.`, remedy) };
  }
}

/** A client rejects metadata about a resource other than the one it asked for. */
function judgeResource({ key, url }: ServicePlan, mcp: URL, resource: string): readonly Finding[] {
  if (URL.parse(resource)?.hostname === mcp.hostname) return [];
  return [failure(`The OAuth metadata of ${key} is about ${resource}, not about ${mcp.href}.`, externalUrl(key, url))];
}

/** Every address in the document must be one that the world can reach. */
export function judgeMetadata(owner: ServicePlan, document: unknown): readonly Finding[] {
  const { key, url } = owner;
  const parsed = v.safeParse(v.record(v.string(), v.unknown()), document);
  if (!parsed.success) return [failure(`The OAuth metadata of ${key} is not a JSON object.`, externalUrl(key, url))];
  const wrong = Object.entries(parsed.output).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => {
      const address = typeof one === "string" ? URL.parse(one) : null;
      return address === null || isPublic(owner, address) ? [] : [`${name} is ${address.href}`];
    }),
  );
  if (wrong.length === 0) return [];
  return [
    failure(
      `The OAuth metadata of ${key} names addresses that clients cannot reach: ${wrong.join(", ")}.`,
      externalUrl(key, url),
    ),
  ];
}

function isPublic({ url, port }: ServicePlan, { protocol, origin, port: its }: URL): boolean {
  if (!/^https?:$/.test(protocol) || origin === new URL(url).origin) return true;
  return protocol === "https:" && its !== String(port);
}

function externalUrl(key: string, url: string): string {
  return `WORKSPACE_EXTERNAL_URL of ${key} must be ${url}: see its environment in fleet.config.ts.`;
}
