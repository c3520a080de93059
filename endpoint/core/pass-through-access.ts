import { type Access, accessesOf } from "./access.ts";
import type { CredentialScope } from "./credential-scope.ts";
import { type DecodedCall, isMembers } from "./protocols/codec.ts";
import type { Caller, HttpRequest } from "./service.ts";

/**
 * What a call to an emulator does, read from the request: the emulators know no policies. A REST call that is not in
 * S3's tables below is not checked.
 */
export function passThroughAccesses(
  scope: CredentialScope,
  caller: Caller,
  head: HttpRequest,
  decoded: DecodedCall | undefined,
): readonly Access[] {
  if (!decoded) return scope.service === "s3" ? s3Accesses(head) : [];
  const place = `${scope.region}:${caller.arn.split(":")[4] ?? ""}`;
  return accessesOf(scope.service, decoded.operation, resourcesOf(scope.service, place, decoded.input));
}

function resourcesOf(service: string, place: string, input: unknown): readonly string[] | undefined {
  if (!isMembers(input)) return undefined;
  const { QueueUrl, TableName, IndexName, RequestItems } = input;
  switch (service) {
    case "sqs":
      return typeof QueueUrl === "string" ? [`arn:aws:sqs:${place}:${QueueUrl.split("/").at(-1)}`] : undefined;
    case "dynamodb": {
      const table = (name: string) => (name.startsWith("arn:") ? name : `arn:aws:dynamodb:${place}:table/${name}`);
      if (isMembers(RequestItems)) return Object.keys(RequestItems).map(table);
      if (typeof TableName !== "string") return undefined;
      return [typeof IndexName === "string" ? `${table(TableName)}/index/${IndexName}` : table(TableName)];
    }
    default:
      return undefined;
  }
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const objectActions: Readonly<Record<string, string>> = {
  GET: "GetObject",
  HEAD: "GetObject",
  PUT: "PutObject",
  POST: "PutObject",
  DELETE: "DeleteObject",
};
const bucketActions: Readonly<Record<string, string>> = {
  GET: "ListBucket",
  HEAD: "ListBucket",
  PUT: "CreateBucket",
  DELETE: "DeleteBucket",
};
const bucketSubresources: Readonly<Record<string, string>> = {
  "GET encryption": "GetEncryptionConfiguration",
  "GET location": "GetBucketLocation",
  "GET policy": "GetBucketPolicy",
  "GET tagging": "GetBucketTagging",
  "GET versioning": "GetBucketVersioning",
  "GET versions": "ListBucketVersions",
  "PUT policy": "PutBucketPolicy",
  "PUT tagging": "PutBucketTagging",
  "DELETE policy": "DeleteBucketPolicy",
};
/** Query parameters that turn a request into one about something else than the object or the listing. */
const subresources = new Set([
  "acl",
  "cors",
  "delete",
  "encryption",
  "lifecycle",
  "location",
  "logging",
  "notification",
  "policy",
  "replication",
  "tagging",
  "versioning",
  "versions",
  "website",
]);

function s3Accesses({ method, path, query }: HttpRequest): readonly Access[] {
  const [bucket = "", ...keyParts] = path.slice(1).split("/");
  const key = decodeKey(keyParts.join("/"));
  if (bucket === "") return [{ action: "s3:ListAllMyBuckets" }];
  const subresource = [...query.keys()].find((name) => subresources.has(name));
  const arn = `arn:aws:s3:::${bucket}`;
  // The keys to delete are in the body, which is streamed: the check is for the bucket's objects as a whole.
  if (method === "POST" && subresource === "delete") return [{ action: "s3:DeleteObject", resource: `${arn}/*` }];
  const action = key !== "" ? objectActions[method] : bucketActions[method];
  const named =
    subresource === undefined ? action : key === "" ? bucketSubresources[`${method} ${subresource}`] : undefined;
  return named === undefined ? [] : [{ action: `s3:${named}`, resource: key === "" ? arn : `${arn}/${key}` }];
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
