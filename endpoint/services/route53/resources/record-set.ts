import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import type { Route53Engine } from "../engine.ts";
import type { HostedZone, HostedZones } from "../hosted-zones.ts";
import { absoluteName, keyOf, type RecordChange, type RecordSet, recordSet } from "../record-sets.ts";

const zoneRef = { HostedZoneId: v.optional(v.string()), HostedZoneName: v.optional(v.string()) };

/** CloudFormation writes values as plain text, the API as `{ Value }`. */
const templateSet = v.object({
  ...recordSet.entries,
  ResourceRecords: v.optional(
    v.pipe(
      v.array(v.string()),
      v.transform((values) => values.map((Value) => ({ Value }))),
    ),
  ),
});

const single = v.object({ ...zoneRef, ...templateSet.entries });
const group = v.object({ ...zoneRef, RecordSets: v.optional(v.array(templateSet), []) });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordset.html */
export function recordSetResource({ zones }: Route53Engine): ResourceProvider {
  const parse = (properties: Readonly<Record<string, unknown>>, context: { readonly logicalId: string }) => {
    const { HostedZoneId, HostedZoneName, ...set } = parseProperties(single, properties, context);
    return { zone: { HostedZoneId, HostedZoneName }, sets: [set] };
  };
  return {
    replaceOn: ["HostedZoneId", "HostedZoneName", "Name"],
    async create(properties, context) {
      const { zone, sets } = parse(properties, context);
      replace(zones, zoneOf(zones, zone), [], sets);
      return { physicalId: sets[0]?.Name ?? "", attributes: {} };
    },
    async update(current, properties, previous, context) {
      const { zone, sets } = parse(properties, context);
      replace(zones, zoneOf(zones, zone), parse(previous, context).sets, sets);
      return current;
    },
    async delete(_, properties, context) {
      const { zone, sets } = parse(properties, context);
      remove(zones, zone, sets);
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-recordsetgroup.html */
export function recordSetGroupResource({ zones }: Route53Engine): ResourceProvider {
  return {
    replaceOn: ["HostedZoneId", "HostedZoneName"],
    async create(properties, context) {
      const { RecordSets, ...zone } = parseProperties(group, properties, context);
      replace(zones, zoneOf(zones, zone), [], RecordSets);
      const physicalId = `${context.stackName}-${context.logicalId}`;
      return { physicalId, attributes: { Id: physicalId } };
    },
    async update(current, properties, previous, context) {
      const { RecordSets, ...zone } = parseProperties(group, properties, context);
      replace(zones, zoneOf(zones, zone), parseProperties(group, previous, context).RecordSets, RecordSets);
      return current;
    },
    async delete(_, properties, context) {
      const { RecordSets, ...zone } = parseProperties(group, properties, context);
      remove(zones, zone, RecordSets);
    },
  };
}

type ZoneRef = v.InferOutput<v.ObjectSchema<typeof zoneRef, undefined>>;

function zoneOf(zones: HostedZones, ref: ZoneRef): HostedZone {
  const zone = findZone(zones, ref);
  if (zone !== undefined) return zone;
  const wanted = ref.HostedZoneId === undefined ? `name: ${ref.HostedZoneName ?? ""}` : `ID: ${ref.HostedZoneId}`;
  throw new AwsError("NoSuchHostedZone", `No hosted zone found with ${wanted}`, 404);
}

function findZone(zones: HostedZones, { HostedZoneId, HostedZoneName = "" }: ZoneRef): HostedZone | undefined {
  if (HostedZoneId !== undefined) return zones.find(HostedZoneId);
  const [zone, another] = zones.all().filter(({ name }) => name === absoluteName(HostedZoneName));
  if (another === undefined) return zone;
  throw new AwsError("InvalidInput", `More than one hosted zone has the name ${HostedZoneName}: name one by its ID.`);
}

/** One batch, so that there is no gap between the old records and the new ones. */
function replace(
  zones: HostedZones,
  zone: HostedZone,
  before: readonly RecordSet[],
  wanted: readonly RecordSet[],
): void {
  const keys = new Set(wanted.map(keyOf));
  const old = new Set(before.map(keyOf));
  const gone = before.filter((set) => !keys.has(keyOf(set)));
  const next = wanted.map((set) => ({ action: old.has(keyOf(set)) ? "UPSERT" : "CREATE", set }) as const);
  zones.change(zone.id, [...deletions(zone, gone), ...next], undefined);
}

/** A zone that is gone took its records along. */
function remove(zones: HostedZones, ref: ZoneRef, sets: readonly RecordSet[]): void {
  const zone = findZone(zones, ref);
  if (zone !== undefined) zones.change(zone.id, deletions(zone, sets), undefined);
}

/** Those that are there, as they are now. */
function deletions(zone: HostedZone, sets: readonly RecordSet[]): readonly RecordChange[] {
  return sets.flatMap((set) => {
    const kept = zone.records.get(keyOf(set));
    return kept === undefined ? [] : [{ action: "DELETE", set: kept }];
  });
}
