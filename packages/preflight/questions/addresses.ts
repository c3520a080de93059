import { type Address, DescribeAddressesCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { StagePlan } from "#fleet";
import type { Obstacle, Question } from "../question.ts";
import { natAddressesIn } from "../standing.ts";
import { readTemplate } from "../template.ts";

/** An address is of one gateway at a time: a deploy that asks for it would fail after minutes. */
export const addresses: Question = {
  about: "whether the adopted addresses are free",
  async ask(site) {
    const { addresses: wanted } = site.plan.network;
    if (wanted.length === 0) return [];
    // By a filter: asked by id, AWS refuses all for one that it does not know.
    const filter = { Filters: [{ Name: "allocation-id", Values: [...wanted] }] };
    const [{ Addresses = [] }, deployed] = await Promise.all([
      site.aws.client(EC2Client).send(new DescribeAddressesCommand(filter)),
      readTemplate(site, "Network"),
    ]);
    return judgeAddresses(site.plan, Addresses, natAddressesIn(deployed));
  },
};

/** @param own those that gateways of the stage have already */
export function judgeAddresses(
  { stage, account, region, network }: StagePlan,
  found: readonly Address[],
  own: readonly string[],
): readonly Obstacle[] {
  const field = `stages.${stage}.adopt.addresses`;
  return network.addresses.flatMap((id): readonly Obstacle[] => {
    const address = found.find(({ AllocationId }) => AllocationId === id);
    if (address === undefined)
      return [
        {
          evidence: `${field}: there is no address ${id} in account ${account} and ${region}.`,
          remedy: "Copy its allocation id from `aws ec2 describe-addresses` of the stage's account and region.",
        },
      ];
    if (address.AssociationId === undefined || own.includes(id)) return [];
    return [
      {
        evidence: `${field}: ${id} (${address.PublicIp}) is in use by ${address.NetworkInterfaceId ?? address.AssociationId}, and an address has one gateway at a time.`,
        remedy: "Deploy without it, delete the gateway that has it, then deploy with it.",
      },
    ];
  });
}
