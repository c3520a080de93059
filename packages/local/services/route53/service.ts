import type { Clock } from "#local/endpoint/ports.ts";
import type { AwsService, Route } from "#local/endpoint/service.ts";
import { HostedZones } from "./hosted-zones.ts";
import { operationsOf } from "./operations.ts";
import { hostedZoneResource } from "./resources/hosted-zone.ts";
import { recordSetGroupResource, recordSetResource } from "./resources/record-set.ts";

const version = "/2013-04-01";

const routes: readonly Route[] = [
  { method: "POST", path: `${version}/hostedzone`, operation: "CreateHostedZone", status: 201 },
  { method: "GET", path: `${version}/hostedzone`, operation: "ListHostedZones" },
  { method: "GET", path: `${version}/hostedzonesbyname`, operation: "ListHostedZonesByName" },
  { method: "GET", path: `${version}/hostedzonecount`, operation: "GetHostedZoneCount" },
  { method: "GET", path: `${version}/hostedzone/{Id}`, operation: "GetHostedZone" },
  { method: "POST", path: `${version}/hostedzone/{Id}`, operation: "UpdateHostedZoneComment" },
  { method: "DELETE", path: `${version}/hostedzone/{Id}`, operation: "DeleteHostedZone" },
  { method: "POST", path: `${version}/hostedzone/{Id}/rrset`, operation: "ChangeResourceRecordSets" },
  { method: "GET", path: `${version}/hostedzone/{Id}/rrset`, operation: "ListResourceRecordSets" },
  { method: "GET", path: `${version}/change/{Id}`, operation: "GetChange" },
  { method: "POST", path: `${version}/tags/{ResourceType}/{ResourceId}`, operation: "ChangeTagsForResource" },
  { method: "GET", path: `${version}/tags/{ResourceType}/{ResourceId}`, operation: "ListTagsForResource" },
];

/** Route 53's hosted zones and record sets. */
export function createRoute53({ clock }: { readonly clock: Clock }): { readonly service: AwsService } {
  const zones = new HostedZones(clock);
  return {
    service: {
      signingName: "route53",
      protocol: { kind: "rest-xml", namespace: "https://route53.amazonaws.com/doc/2013-04-01/", routes },
      operations: operationsOf(zones),
      resources: {
        "AWS::Route53::HostedZone": hostedZoneResource(zones),
        "AWS::Route53::RecordSet": recordSetResource(zones),
        "AWS::Route53::RecordSetGroup": recordSetGroupResource(zones),
      },
    },
  };
}
