import { DescribeAddressesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeSnapshotsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import {
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { eachOf } from "#aws/batches.ts";
import { names, type StagePlan, type Standing } from "#fleet";
import { askAws } from "#preflight/ask.ts";
import type { Obstacle } from "#preflight/question.ts";
import { readStanding } from "#preflight/standing.ts";
import { readSubscribers } from "../alarms/subscribers.ts";
import { isDenied, orMissing } from "../aws.ts";
import type { Stage } from "../stage.ts";
import { resourcesOf, type TerraformFile } from "./terraform.ts";

export interface LiveRecord {
  /** Without the final dot. */
  readonly name: string;
  readonly setIdentifier: string | undefined;
  readonly weight: number | undefined;
}

/** What AWS says of the set-up that is there, and of the stage. What these credentials may not ask is `undefined`. */
export interface Account {
  readonly standing: Standing | undefined;
  /** What a deploy of the stage would stumble over. */
  readonly obstacles: readonly Obstacle[];
  /** Of the services' names. */
  readonly records: readonly LiveRecord[] | undefined;
  /** By the ARN of a topic: how many of each kind, as in `2 × email`. */
  readonly subscribers: ReadonlyMap<string, readonly string[]>;
  /** By which the stage's tasks go out. */
  readonly addresses: readonly string[] | undefined;
  readonly snapshots: readonly string[] | undefined;
  /** What was not asked, and why. */
  readonly unasked: readonly string[];
}

export async function readAccount(
  stage: Stage,
  file: TerraformFile,
  resolveNs: ((domain: string) => Promise<readonly string[]>) | undefined,
): Promise<Account> {
  const { plan, aws } = stage;
  const unasked: string[] = [];
  const allowed = async <T>(about: string, ask: Promise<T>): Promise<T | undefined> => {
    try {
      return await ask;
    } catch (error) {
      if (!isDenied(error)) throw error;
      unasked.push(`Not checked, ${about} (${error.name}: ${error.message.split("\n")[0]})`);
      return undefined;
    }
  };
  const topics = resourcesOf(file, "aws_sns_topic").map(({ values }) => values.arn);
  const [answers, standing, records, subscribers, addresses, snapshots] = await Promise.all([
    askAws({ plan, aws, resolveNs }),
    allowed("what of the stage is deployed", readStanding({ plan, aws })),
    allowed("where the records lead", readRecords(stage, file)),
    allowed(
      "who is subscribed to the topics",
      eachOf(topics, async (arn) => [arn, kindsOf((await readSubscribers(stage, arn)) ?? [])] as const),
    ),
    allowed("by which addresses the tasks go out", readAddresses(stage)),
    allowed("which snapshots there are", readSnapshots(stage, file)),
  ]);
  const { obstacles } = answers;
  unasked.unshift(...answers.unasked);
  return { standing, obstacles, records, subscribers: new Map(subscribers), addresses, snapshots, unasked };
}

/** The zone of the stage's names: the map's, or the closest that the file has. */
export function zoneIdOf({ hostedZone, domain }: StagePlan, file: TerraformFile): string | undefined {
  if (hostedZone.kind === "adopt") return hostedZone.id;
  const above = resourcesOf(file, "aws_route53_zone").filter(({ values }) =>
    `.${domain}`.endsWith(`.${values.name.replace(/\.$/, "")}`),
  );
  return above.toSorted((one, other) => other.values.name.length - one.values.name.length)[0]?.values.zone_id;
}

/** A zone lists 300 a page; its whole is read once rather than each name, as Route 53 answers five calls a second. */
async function readRecords({ plan, aws }: Stage, file: TerraformFile): Promise<readonly LiveRecord[]> {
  const HostedZoneId = zoneIdOf(plan, file);
  if (HostedZoneId === undefined) return [];
  const wanted = new Set(plan.services.map(({ hostname }) => hostname));
  const client = aws.client(Route53Client);
  const found: LiveRecord[] = [];
  let next: ListResourceRecordSetsCommandInput | undefined = { HostedZoneId };
  while (next !== undefined) {
    const page: ListResourceRecordSetsCommandOutput = await client.send(new ListResourceRecordSetsCommand(next));
    for (const { Name = "", Type = "", SetIdentifier, Weight } of page.ResourceRecordSets ?? []) {
      const name = Name.replace(/\.$/, "");
      if (wanted.has(name) && /^(?:A|AAAA|CNAME)$/.test(Type))
        found.push({ name, setIdentifier: SetIdentifier, weight: Weight });
    }
    next = page.IsTruncated === true ? { HostedZoneId, ...startOf(page) } : undefined;
  }
  return found;
}

const startOf = (page: ListResourceRecordSetsCommandOutput) => ({
  StartRecordName: page.NextRecordName,
  StartRecordType: page.NextRecordType,
  StartRecordIdentifier: page.NextRecordIdentifier,
});

function kindsOf(subscribers: readonly { readonly protocol: string }[]): readonly string[] {
  const kinds = Map.groupBy(subscribers, ({ protocol }) => protocol);
  return [...kinds].map(([protocol, { length }]) => `${length} × ${protocol}`);
}

async function readAddresses({ plan, aws }: Stage): Promise<readonly string[]> {
  const Filters = [{ Name: "tag:aws:cloudformation:stack-name", Values: [`${names.stacks(plan.stage)}Network`] }];
  const { Addresses = [] } = await aws.client(EC2Client).send(new DescribeAddressesCommand({ Filters }));
  return Addresses.flatMap(({ PublicIp }) => PublicIp ?? []);
}

/** Those that Terraform takes before it destroys: a name is taken once. */
async function readSnapshots({ aws }: Stage, file: TerraformFile): Promise<readonly string[]> {
  const wanted = resourcesOf(file, "aws_elasticache_replication_group").flatMap(
    ({ values }) => values.final_snapshot_identifier ?? [],
  );
  const client = aws.client(ElastiCacheClient);
  const found = await eachOf(wanted, async (SnapshotName) => {
    const answer = client.send(new DescribeSnapshotsCommand({ SnapshotName }));
    return (await orMissing(answer, "SnapshotNotFoundFault"))?.Snapshots ?? [];
  });
  return found.flat().flatMap(({ SnapshotName }) => SnapshotName ?? []);
}
