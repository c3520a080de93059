import type { Route } from "#endpoint/core/service.ts";

const version = "/2013-04-01";

export const routes: readonly Route[] = [
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
