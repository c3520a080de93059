import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, tagList, unlessEmpty } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { awsManagedPrefix } from "../aws-managed-policies.ts";
import type { IamEngine } from "../engine.ts";
import { noSuchEntity } from "../entities.ts";
import { type Policy, parsePolicy, policySize } from "../policy-document.ts";
import { type ManagedPolicy, type PolicyVersion, uniqueId } from "../role.ts";
import { encodeDocument, entityPath } from "./roles.ts";

/** Characters, and versions a policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const managedLimit = 6_144;
const versionLimit = 5;

export const policyInput = v.object({
  PolicyName: v.pipe(v.string(), v.minLength(1), v.maxLength(128), v.regex(/^[\w+=,.@-]+$/)),
  PolicyDocument: v.string(),
  Path: entityPath,
  Description: v.optional(v.pipe(v.string(), v.maxLength(1000))),
  Tags: v.optional(tagList, []),
});

const byArn = v.object({ PolicyArn: v.string() });
const byVersion = v.object({ PolicyArn: v.string(), VersionId: v.string() });

export function newPolicy(input: v.InferOutput<typeof policyInput>, account: string, now: Date): ManagedPolicy {
  return {
    name: input.PolicyName,
    path: input.Path,
    id: uniqueId("ANPA"),
    arn: `arn:aws:iam::${account}:policy${input.Path}${input.PolicyName}`,
    createdAt: now,
    updatedAt: now,
    description: input.Description,
    tags: Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])),
    defaultVersionId: "v1",
    versions: [{ id: "v1", policy: parseManaged(input.PolicyDocument), createdAt: now }],
  };
}

export function addVersion(policy: ManagedPolicy, document: string, setAsDefault: boolean, now: Date): ManagedPolicy {
  if (policy.versions.length >= versionLimit) {
    throw new AwsError(
      "LimitExceeded",
      `A managed policy can have up to ${versionLimit} versions. Before you create a new version, you must delete an existing version.`,
      409,
    );
  }
  const highest = Math.max(...policy.versions.map((it) => Number(it.id.slice(1))));
  const version = { id: `v${highest + 1}`, policy: parseManaged(document), createdAt: now };
  return {
    ...policy,
    updatedAt: now,
    versions: [...policy.versions, version],
    defaultVersionId: setAsDefault ? version.id : policy.defaultVersionId,
  };
}

export function policyOperations({ entities, account, now }: IamEngine): Operations {
  const describe = (policy: ManagedPolicy) => describePolicy(policy, entities.rolesWith(policy.arn).length);
  return {
    CreatePolicy: define(policyInput, (input) => {
      const policy = newPolicy(input, account, now());
      entities.addPolicy(policy);
      const { Tags, ...described } = describe(policy);
      return { Policy: { ...described, Tags: Tags && unlessEmpty(Tags) } };
    }),
    GetPolicy: define(byArn, (input) => ({ Policy: describe(entities.policy(input.PolicyArn)) })),
    DeletePolicy: define(byArn, (input) => {
      entities.removePolicy(input.PolicyArn);
      return {};
    }),
    ListPolicies: define(v.object({ Scope: v.optional(v.picklist(["All", "AWS", "Local"]), "All") }), (input) => ({
      Policies:
        input.Scope === "AWS" ? [] : entities.policies().map((policy) => ({ ...describe(policy), Tags: undefined })),
      IsTruncated: false,
    })),
    CreatePolicyVersion: define(
      v.object({ PolicyArn: v.string(), PolicyDocument: v.string(), SetAsDefault: v.optional(flag, false) }),
      (input) => {
        const policy = entities.customerPolicy(input.PolicyArn);
        const changed = addVersion(policy, input.PolicyDocument, input.SetAsDefault, now());
        entities.changePolicy(policy.arn, changed);
        return { PolicyVersion: describeVersion(changed, changed.versions.at(-1)) };
      },
    ),
    GetPolicyVersion: define(byVersion, (input) => {
      const policy = entities.policy(input.PolicyArn);
      const version = versionOf(policy, input.VersionId);
      return { PolicyVersion: { ...describeVersion(policy, version), Document: encodeDocument(version.policy.text) } };
    }),
    ListPolicyVersions: define(byArn, (input) => {
      const policy = entities.policy(input.PolicyArn);
      return { Versions: policy.versions.map((version) => describeVersion(policy, version)), IsTruncated: false };
    }),
    SetDefaultPolicyVersion: define(byVersion, (input) => {
      const policy = entities.customerPolicy(input.PolicyArn);
      entities.changePolicy(policy.arn, { defaultVersionId: versionOf(policy, input.VersionId).id, updatedAt: now() });
      return {};
    }),
    DeletePolicyVersion: define(byVersion, (input) => {
      const policy = entities.customerPolicy(input.PolicyArn);
      const version = versionOf(policy, input.VersionId);
      if (version.id === policy.defaultVersionId) {
        throw new AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409);
      }
      entities.changePolicy(policy.arn, { versions: policy.versions.filter((it) => it.id !== version.id) });
      return {};
    }),
    ListEntitiesForPolicy: define(byArn, (input) => ({
      PolicyRoles: entities.rolesWith(input.PolicyArn).map((role) => ({ RoleName: role.name, RoleId: role.id })),
      PolicyUsers: [],
      PolicyGroups: [],
      IsTruncated: false,
    })),
  };
}

function parseManaged(document: string): Policy {
  const policy = parsePolicy(document, "managed");
  if (policySize(policy) > managedLimit) {
    throw new AwsError("LimitExceeded", `Cannot exceed quota for PolicySize: ${managedLimit}`, 409);
  }
  return policy;
}

function versionOf(policy: ManagedPolicy, id: string): PolicyVersion {
  const version = policy.versions.find((it) => it.id === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

function describePolicy(policy: ManagedPolicy, attachments: number) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachments,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
    Tags: policy.arn.startsWith(awsManagedPrefix)
      ? undefined
      : Object.entries(policy.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function describeVersion(policy: ManagedPolicy, version: PolicyVersion | undefined) {
  return {
    VersionId: version?.id,
    IsDefaultVersion: version?.id === policy.defaultVersionId,
    CreateDate: version?.createdAt,
  };
}
