import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  NoSuchHostedZone,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { rehearse } from "#lambda/rehearsal.ts";

const client = new Route53Client({});
await rehearse((options) => client.send(new ListResourceRecordSetsCommand({ HostedZoneId: "none" }), options));

/** Takes out what was written to validate the domain. A zone that is gone took it along. @returns the records' names */
export async function clearValidation(HostedZoneId: string, domain: string): Promise<readonly string[]> {
  const own = (await readRecords({ HostedZoneId, StartRecordName: domain })).filter((one) => validates(one, domain));
  if (own.length > 0) {
    const Changes = own.map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet }));
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  }
  return own.flatMap(({ Name }) => Name ?? []);
}

/**
 * `_x.<domain> CNAME _y.z.acm-validations.aws`, and no other: somebody else's record is theirs to remove.
 * https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 */
function validates({ Name = "", Type, ResourceRecords = [] }: ResourceRecordSet, domain: string): boolean {
  const [label = "", ...rest] = Name.replace(/\.$/, "").split(".");
  const ofDomain = /^_[0-9a-f]{32}$/.test(label) && rest.join(".") === domain;
  const toAcm = ResourceRecords.every(({ Value = "" }) => /\.acm-validations\.aws\.?$/.test(Value));
  return ofDomain && Type === "CNAME" && toAcm;
}

async function readRecords(first: ListResourceRecordSetsCommandInput): Promise<readonly ResourceRecordSet[]> {
  const found: ResourceRecordSet[] = [];
  try {
    for (let input: ListResourceRecordSetsCommandInput | undefined = first; input !== undefined; ) {
      const page: ListResourceRecordSetsCommandOutput = await client.send(new ListResourceRecordSetsCommand(input));
      found.push(...(page.ResourceRecordSets ?? []));
      const { NextRecordName: StartRecordName, NextRecordType: StartRecordType } = page;
      input = page.IsTruncated === true ? { ...first, StartRecordName, StartRecordType } : undefined;
    }
  } catch (error) {
    if (!(error instanceof NoSuchHostedZone)) throw error;
  }
  return found;
}
