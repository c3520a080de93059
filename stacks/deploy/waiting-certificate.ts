import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { GetHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import { createAws } from "#cli/aws.ts";
import { names, type StagePlan } from "#fleet";
import { useDeployClient } from "../sst.ts";

/** SST asks once a second; a certificate whose domain leads to its zone takes a minute or two. */
const patience = 3;

/**
 * Prints the name servers of a new zone while its certificate waits for them to be set: the stack's output, which names
 * them too, comes only after it.
 */
export function printNameServersMeanwhile(
  plan: StagePlan,
  { profile }: { readonly profile: string | undefined },
): void {
  let polls = 0;
  useDeployClient().middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const ofDns = "StackName" in args.input && args.input.StackName === `${names.stacks(plan.stage)}Dns`;
      const zone = ofDns && "StackEvents" in answer.output ? waitsFor(answer.output.StackEvents ?? []) : undefined;
      if (zone !== undefined) {
        polls += 1;
        if (polls === patience) await printNameServers(plan, { zone, profile });
      }
      return answer;
    },
    { step: "initialize", name: "nameServers" },
  );
}

/** The zone, where the newest event of the certificate says that it is being created. */
function waitsFor(events: readonly StackEvent[]): string | undefined {
  const newest = (type: string) => events.find(({ ResourceType }) => ResourceType === type);
  if (newest("AWS::CertificateManager::Certificate")?.ResourceStatus !== "CREATE_IN_PROGRESS") return undefined;
  return newest("AWS::Route53::HostedZone")?.PhysicalResourceId;
}

async function printNameServers(
  { domain, region }: StagePlan,
  { zone, profile }: { readonly zone: string; readonly profile: string | undefined },
): Promise<void> {
  const aws = createAws({ region, ...(profile !== undefined && { profile }) });
  const found = await aws
    .client(Route53Client)
    .send(new GetHostedZoneCommand({ Id: zone }))
    .catch(() => undefined);
  aws.close();
  const servers = found?.DelegationSet?.NameServers ?? [];
  if (servers.length === 0) return;
  process.stdout.write(
    `\nThe certificate waits until ${domain} leads to its zone. Set these name servers at its registrar:\n${servers.map((server) => `  ${server}\n`).join("")}\n`,
  );
}
