import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { Route53Engine } from "./engine.ts";
import type { Change, HostedZone, HostedZones } from "./hosted-zones.ts";
import { absoluteName, orderOf, recordSet } from "./record-sets.ts";

const text = v.string();
const maxItems = v.optional(numeric, 100);
const tag = v.object({ Key: text, Value: v.optional(text, "") });

export function operationsOf({ zones }: Route53Engine): Operations {
  return { ...zoneOperations(zones), ...recordOperations(zones), ...tagOperations(zones) };
}

function zoneOperations(zones: HostedZones): Operations {
  return {
    CreateHostedZone: define(
      v.object({
        Name: text,
        CallerReference: text,
        HostedZoneConfig: v.optional(v.object({ Comment: v.optional(text), PrivateZone: v.optional(flag) })),
        VPC: v.optional(v.object({ VPCId: v.optional(text) })),
      }),
      (input) => {
        const zone = zones.create({
          name: input.Name,
          callerReference: input.CallerReference,
          comment: input.HostedZoneConfig?.Comment,
          privateZone: input.VPC !== undefined,
        });
        return {
          HostedZone: shownZone(zone),
          ChangeInfo: shownChange(zones.noteChange(undefined)),
          DelegationSet: { NameServers: zone.nameServers },
        };
      },
    ),
    GetHostedZone: define(v.object({ Id: text }), ({ Id }) => {
      const zone = zones.get(Id);
      return { HostedZone: shownZone(zone), DelegationSet: { NameServers: zone.nameServers } };
    }),
    UpdateHostedZoneComment: define(v.object({ Id: text, Comment: v.optional(text) }), ({ Id, Comment }) => {
      const zone = zones.get(Id);
      zone.comment = Comment;
      return { HostedZone: shownZone(zone) };
    }),
    DeleteHostedZone: define(v.object({ Id: text }), ({ Id }) => ({ ChangeInfo: shownChange(zones.delete(Id)) })),
    GetHostedZoneCount: define(v.object({}), () => ({ HostedZoneCount: zones.all().length })),
    ListHostedZones: define(v.object({ marker: v.optional(text), maxitems: maxItems }), (input) => {
      const all = zones.all();
      const start = input.marker === undefined ? 0 : all.findIndex((zone) => zone.id === input.marker);
      if (start < 0) throw new AwsError("InvalidInput", `The marker ${input.marker} is not a hosted zone.`);
      const next = all[start + input.maxitems];
      return {
        HostedZones: all.slice(start, start + input.maxitems).map(shownZone),
        Marker: input.marker ?? "",
        IsTruncated: next !== undefined,
        NextMarker: next?.id,
        MaxItems: input.maxitems,
      };
    }),
    ListHostedZonesByName: define(
      v.object({ dnsname: v.optional(text), hostedzoneid: v.optional(text), maxitems: maxItems }),
      (input) => {
        const first =
          input.dnsname === undefined ? "" : `${orderOf({ Name: input.dnsname })}${input.hostedzoneid ?? ""}`;
        const place = (zone: HostedZone) => `${orderOf({ Name: zone.name })}${zone.id}`;
        const sorted = [...zones.all()].sort((one, other) => (place(one) < place(other) ? -1 : 1));
        const from = sorted.filter((zone) => place(zone) >= first);
        const next = from[input.maxitems];
        return {
          HostedZones: from.slice(0, input.maxitems).map(shownZone),
          DNSName: input.dnsname,
          HostedZoneId: input.hostedzoneid,
          IsTruncated: next !== undefined,
          NextDNSName: next?.name,
          NextHostedZoneId: next?.id,
          MaxItems: input.maxitems,
        };
      },
    ),
    GetChange: define(v.object({ Id: text }), ({ Id }) => ({ ChangeInfo: shownChange(zones.changeById(Id)) })),
  };
}

function recordOperations(zones: HostedZones): Operations {
  const changeInput = v.object({
    Id: text,
    ChangeBatch: v.object({
      Comment: v.optional(text),
      Changes: v.array(v.object({ Action: v.picklist(["CREATE", "DELETE", "UPSERT"]), ResourceRecordSet: recordSet })),
    }),
  });
  const listInput = v.object({
    Id: text,
    name: v.optional(text),
    type: v.optional(text),
    identifier: v.optional(text),
    maxitems: v.optional(numeric, 300),
  });
  return {
    ChangeResourceRecordSets: define(changeInput, ({ Id, ChangeBatch }) => {
      const changes = ChangeBatch.Changes.map(({ Action, ResourceRecordSet }) => ({
        action: Action,
        set: ResourceRecordSet,
      }));
      return { ChangeInfo: shownChange(zones.change(Id, changes, ChangeBatch.Comment)) };
    }),
    ListResourceRecordSets: define(listInput, (input) => {
      const start =
        input.name === undefined
          ? ""
          : orderOf({ Name: absoluteName(input.name), Type: input.type, SetIdentifier: input.identifier });
      const from = zones.recordsOf(input.Id).filter((set) => orderOf(set) >= start);
      const next = from[input.maxitems];
      return {
        ResourceRecordSets: from.slice(0, input.maxitems),
        IsTruncated: next !== undefined,
        NextRecordName: next?.Name,
        NextRecordType: next?.Type,
        NextRecordIdentifier: next?.SetIdentifier,
        MaxItems: input.maxitems,
      };
    }),
  };
}

function tagOperations(zones: HostedZones): Operations {
  const resource = { ResourceType: v.literal("hostedzone"), ResourceId: text };
  return {
    ChangeTagsForResource: define(
      v.object({
        ...resource,
        AddTags: v.optional(v.array(tag), []),
        RemoveTagKeys: v.optional(v.array(text), []),
      }),
      ({ ResourceId, AddTags, RemoveTagKeys }) => {
        const zone = zones.get(ResourceId);
        const kept = [...zone.tags].filter(([key]) => !RemoveTagKeys.includes(key));
        zone.tags = new Map([...kept, ...AddTags.map(({ Key, Value }): [string, string] => [Key, Value])]);
        return {};
      },
    ),
    ListTagsForResource: define(v.object(resource), ({ ResourceType, ResourceId }) => ({
      ResourceTagSet: {
        ResourceType,
        ResourceId,
        Tags: [...zones.get(ResourceId).tags].map(([Key, Value]) => ({ Key, Value })),
      },
    })),
  };
}

function shownZone(zone: HostedZone) {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: zone.privateZone },
    ResourceRecordSetCount: zone.records.size,
  };
}

/** A change is in effect as soon as it is made. */
function shownChange(change: Change) {
  return {
    Id: `/change/${change.id}`,
    Status: "INSYNC",
    SubmittedAt: change.submittedAt,
    Comment: change.comment,
  };
}
