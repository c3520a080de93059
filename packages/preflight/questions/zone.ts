import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import { readStack } from "../deployed.ts";
import type { Obstacle, Question, Site } from "../question.ts";

/** ACM validates by public DNS: where the registrar names other servers, the first deploy waits for the certificate, for three days. */
export const zone: Question = {
  about: "whether the domain leads to its zone",
  async ask(site) {
    const dns = await readStack(site, "Dns");
    const types = [...(dns?.values() ?? [])];
    // What was validated once stays so.
    if (types.includes("AWS::CertificateManager::Certificate")) return [];
    const { hostedZone } = site.plan;
    return hostedZone.kind === "adopt" ? lookAtAdopted(site, hostedZone) : lookForOthers(site, dns);
  },
};

async function lookAtAdopted(
  { plan, aws, resolveNs }: Site,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<readonly Obstacle[]> {
  const { DelegationSet } = await aws.client(Route53Client).send(new GetHostedZoneCommand({ Id: id }));
  if (resolveNs === undefined) return [];
  const found = await resolveNs(name).catch(noServers);
  return judgeDelegation(plan.stage, name, { wanted: DelegationSet?.NameServers ?? [], found });
}

/** A resolver that cannot be reached proves nothing. */
function noServers(error: unknown): readonly string[] {
  if (error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "ENODATA")) return [];
  throw error;
}

export function judgeDelegation(
  stage: string,
  domain: string,
  { wanted, found }: { readonly wanted: readonly string[]; readonly found: readonly string[] },
): readonly Obstacle[] {
  const plain = (servers: readonly string[]) => servers.map((name) => name.toLowerCase().replace(/\.$/, "")).sort();
  if (plain(wanted).join() === plain(found).join()) return [];
  return [
    {
      evidence: `Public DNS names ${found.length === 0 ? "no name servers" : found.join(", ")} for ${domain}, and its zone has ${wanted.join(", ")}: no certificate would be issued.`,
      remedy: `Set the zone's name servers at the registrar of ${domain}, or adopt the zone that answers for it: stages.${stage}.adopt.hostedZone`,
    },
  ];
}

/** A second zone of the same name would get records that nobody asks for. */
async function lookForOthers(
  { plan, aws }: Site,
  own: ReadonlyMap<string, string> | undefined,
): Promise<readonly Obstacle[]> {
  const command = new ListHostedZonesByNameCommand({ DNSName: plan.domain });
  const { HostedZones = [] } = await aws.client(Route53Client).send(command);
  return HostedZones.flatMap(({ Id = "", Name, Config }) => {
    const id = Id.replace("/hostedzone/", "");
    if (Name !== `${plan.domain}.` || Config?.PrivateZone === true || own?.has(id) === true) return [];
    return [
      {
        evidence: `Route 53 has a zone ${plan.domain} already, ${id}, and the stage would create a second one.`,
        remedy: `Adopt it: stages.${plan.stage}.adopt.hostedZone: { id: "${id}", name: "${plan.domain}" }; or delete it, if nobody uses it.`,
      },
    ];
  });
}
