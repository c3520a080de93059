import * as v from "valibot";
import { eachOf } from "#aws/batches.ts";
import { readLoginMetadata, readServerMetadata } from "#evidence/login-metadata.ts";
import type { ServicePlan } from "#fleet";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure, skipped } from "../check.ts";
import { reportOffline } from "../offline.ts";

/**
 * What a client reads before a login, at every service that asks for one: the resource's metadata (RFC 9728), which must
 * be about that service, and that of each authorization server it names (RFC 8414). Clients cannot reach an address with
 * the container's port in it, and only report that the login failed.
 */
export const oauthMetadata: Check = {
  id: "oauth-metadata",
  ok: "OAuth metadata names each service that requires a login, and only public addresses.",
  async look({ stage, services }) {
    const asked = (await services).filter(({ plan }) => plan.mcp);
    const looks = await eachOf(asked, async (facts) => reportOffline(facts) ?? lookAt(stage, facts), atOnce);
    const found = looks.flatMap((one) => (one === "no-login" ? [] : [one]));
    return found.length === 0 ? [skipped(`No service of stage ${stage.plan.stage} requires a login.`)] : found.flat();
  },
};

const patienceMs = 10_000;
const atOnce = 32;

async function lookAt(stage: Stage, { plan }: ServiceFacts): Promise<readonly Finding[] | "no-login"> {
  const mcp = new URL("/mcp", plan.url);
  const metadata = await answered(mcp, readLoginMetadata(stage.fetch, mcp, AbortSignal.timeout(patienceMs)));
  switch (metadata.kind) {
    case "no-login":
      return "no-login";
    case "broken":
      return [failure(metadata.problem, remedyFor(plan))];
    case "found": {
      const servers = await Promise.all(metadata.servers.map((server) => lookAtServer(stage, plan, server)));
      return [...judgeMetadata(plan, metadata.document), ...servers.flat()];
    }
  }
}

async function lookAtServer(stage: Stage, owner: ServicePlan, server: string): Promise<readonly Finding[]> {
  const issuer = URL.parse(server);
  // A problem with the address itself is reported for the document that names it.
  if (issuer === null || !isPublic(owner, issuer)) return [];
  const metadata = await answered(issuer, readServerMetadata(stage.fetch, issuer, AbortSignal.timeout(patienceMs)));
  return metadata.kind === "broken"
    ? [failure(metadata.problem, remedyFor(owner))]
    : judgeMetadata(owner, metadata.document);
}

/** No answer is a problem like any other. */
function answered<T>({ href }: URL, reading: Promise<T>) {
  return reading.catch((error: unknown) => {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { kind: "broken", problem: `${href} does not answer: ${reasonOf(cause)}.` } as const;
  });
}

const remedyFor = ({ key }: ServicePlan): string =>
  `WORKSPACE_EXTERNAL_URL: "{url}" in the environment of ${key} in fleet.config.ts, then fleet logs ${key} --since 15m`;

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
