import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric } from "#endpoint/core/properties.ts";

/** A record set as the API writes it; CloudFormation's differs in how it writes values. */
export const recordSet = v.object({
  Name: v.string(),
  Type: v.picklist([
    "A",
    "AAAA",
    "CAA",
    "CNAME",
    "DS",
    "HTTPS",
    "MX",
    "NAPTR",
    "NS",
    "PTR",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
  ]),
  SetIdentifier: v.optional(v.string()),
  Weight: v.optional(numeric),
  Region: v.optional(v.string()),
  Failover: v.optional(v.string()),
  MultiValueAnswer: v.optional(flag),
  HealthCheckId: v.optional(v.string()),
  TTL: v.optional(numeric),
  ResourceRecords: v.optional(v.array(v.object({ Value: v.string() }))),
  AliasTarget: v.optional(
    v.object({ HostedZoneId: v.string(), DNSName: v.string(), EvaluateTargetHealth: v.optional(flag, false) }),
  ),
});
export type RecordSet = v.InferOutput<typeof recordSet>;

export interface RecordChange {
  readonly action: "CREATE" | "UPSERT" | "DELETE";
  readonly set: RecordSet;
}

/** With the final dot and in lower case, as Route 53 keeps names. */
export function absoluteName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}

/** All changes or none: the messages of all that are wrong are reported together. */
export function changedRecordSets(
  zoneName: string,
  current: ReadonlyMap<string, RecordSet>,
  changes: readonly RecordChange[],
): ReadonlyMap<string, RecordSet> {
  const next = new Map(current);
  const faults = changes.flatMap(({ action, set }) => {
    const normal = normalized(set);
    const fault = faultOf(zoneName, next, action, normal);
    if (fault !== undefined) return [fault];
    if (action === "DELETE") next.delete(keyOf(normal));
    else next.set(keyOf(normal), normal);
    return [];
  });
  if (faults.length > 0) throw new AwsError("InvalidChangeBatch", `[${faults.join(", ")}]`);
  return next;
}

/** By the labels of the name from the last to the first, then by type: the order in which Route 53 lists them. */
export function inOrder(sets: Iterable<RecordSet>): readonly RecordSet[] {
  return [...sets].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

export function orderOf({
  Name,
  Type,
  SetIdentifier,
}: {
  Name: string;
  Type?: string | undefined;
  SetIdentifier?: string | undefined;
}): string {
  return [absoluteName(Name).split(".").reverse().join("\u0001"), Type ?? "", SetIdentifier ?? ""].join("\u0000");
}

export function keyOf({ Name, Type, SetIdentifier }: RecordSet): string {
  return [absoluteName(Name), Type, SetIdentifier ?? ""].join(" ");
}

function normalized(set: RecordSet): RecordSet {
  const alias = set.AliasTarget;
  return {
    ...set,
    Name: absoluteName(set.Name),
    ...(alias === undefined ? {} : { AliasTarget: { ...alias, DNSName: absoluteName(alias.DNSName) } }),
  };
}

function faultOf(
  zoneName: string,
  sets: ReadonlyMap<string, RecordSet>,
  action: RecordChange["action"],
  set: RecordSet,
): string | undefined {
  const described = `[name='${set.Name}', type='${set.Type}'${set.SetIdentifier === undefined ? "" : `, set-identifier='${set.SetIdentifier}'`}]`;
  const existing = sets.get(keyOf(set));
  if (action === "DELETE") {
    if (existing === undefined) return `Tried to delete resource record set ${described} but it was not found`;
    if (!isDeepStrictEqual(comparable(existing), comparable(set))) {
      return `Tried to delete resource record set ${described} but the values provided do not match the current values`;
    }
    return undefined;
  }
  if (set.Name !== zoneName && !set.Name.endsWith(`.${zoneName}`)) {
    return `RRSet with DNS name ${set.Name} is not permitted in zone ${zoneName}`;
  }
  if (set.Type === "CNAME" && set.Name === zoneName) {
    return `RRSet of type CNAME with DNS name ${set.Name} is not permitted at apex in zone ${zoneName}`;
  }
  if (action === "CREATE" && existing !== undefined) {
    return `Tried to create resource record set ${described} but it already exists`;
  }
  return policyFault(sets, set) ?? valueFault(set);
}

const policies = ["Weight", "Region", "Failover", "MultiValueAnswer"] as const;

/** Records of one name and type are one simple record, or have all the same policy. */
function policyFault(sets: ReadonlyMap<string, RecordSet>, set: RecordSet): string | undefined {
  const policyOf = (one: RecordSet) => policies.find((name) => one[name] !== undefined);
  const others = [...sets.values()].filter(
    (other) => other.Name === set.Name && other.Type === set.Type && keyOf(other) !== keyOf(set),
  );
  if (others.every((other) => policyOf(other) === policyOf(set) && policyOf(set) !== undefined)) return undefined;
  const described = `RRSet with DNS name ${set.Name}, type ${set.Type}`;
  const kind = policyOf(set) === "Weight" ? "weighted" : policyOf(set)?.toLowerCase();
  return kind === undefined
    ? `${described} cannot be created as other RRSets exist with the same name and type.`
    : `${described}, SetIdentifier ${set.SetIdentifier} cannot be created as a non-${kind} set exists with the same name and type.`;
}

function valueFault(set: RecordSet): string | undefined {
  const values = set.ResourceRecords?.length ?? 0;
  if (set.AliasTarget !== undefined && (values > 0 || set.TTL !== undefined)) {
    return `Invalid request: an alias for ${set.Name} has no TTL and no values of its own`;
  }
  if (set.AliasTarget === undefined && (values === 0 || set.TTL === undefined)) {
    return `Invalid request: the record set ${set.Name} must have an alias target, or a TTL and values`;
  }
  return undefined;
}

function comparable(set: RecordSet): unknown {
  return JSON.parse(JSON.stringify(set));
}
