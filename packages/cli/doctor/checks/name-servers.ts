import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import { howToDeploy } from "#fleet/deploying.ts";
import { reasonOf } from "../../failure.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, failure, skipped } from "../check.ts";

/** A zone that is not delegated looks right in Route 53, but no certificate is ever issued. */
export const nameServers: Check = {
  id: "name-servers",
  ok: "The registrar names the zone's own name servers.",
  async look({ stage, resolveNs }) {
    const { plan } = stage;
    if (resolveNs === undefined) return [skipped(`${plan.domain} is this machine: no registrar knows it.`)];
    const wanted = await readNameServers(stage);
    if (wanted === undefined) return [failure(`Route 53 has no zone ${plan.domain}.`, howToDeploy(plan))];
    const domain = plan.hostedZone.kind === "adopt" ? plan.hostedZone.name : plan.domain;
    const found = await resolveNs(domain).catch((error: unknown) => reasonOf(error));
    return compareNameServers(domain, wanted, found);
  },
};

/** @param found the name servers in public DNS, or why there are none */
export function compareNameServers(
  domain: string,
  wanted: readonly string[],
  found: readonly string[] | string,
): readonly Finding[] {
  const remedy = `Set these name servers at the registrar of ${domain}: ${wanted.join(", ")}`;
  if (typeof found === "string") return [failure(`${domain} has no name servers in public DNS (${found}).`, remedy)];
  const plain = (name: string) => name.toLowerCase().replace(/\.$/, "");
  const [is, should] = [found.map(plain).sort(), wanted.map(plain).sort()];
  if (is.join() === should.join()) return [];
  return [failure(`The registrar names ${is.join(", ")} for ${domain}, which are not the zone's.`, remedy)];
}

async function readNameServers({ plan, aws }: Stage): Promise<readonly string[] | undefined> {
  const client = aws.client(Route53Client);
  const id = plan.hostedZone.kind === "adopt" ? plan.hostedZone.id : await findZone(client, plan.domain);
  if (id === undefined) return undefined;
  return (await client.send(new GetHostedZoneCommand({ Id: id }))).DelegationSet?.NameServers;
}

async function findZone(client: Route53Client, domain: string): Promise<string | undefined> {
  const { HostedZones } = await client.send(new ListHostedZonesByNameCommand({ DNSName: domain }));
  return HostedZones?.find(({ Name, Config }) => Name === `${domain}.` && Config?.PrivateZone !== true)?.Id;
}
