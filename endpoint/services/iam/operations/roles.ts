import * as v from "valibot";
import { numeric, tagList, unlessEmpty } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { parsePolicy } from "../policy-document.ts";
import { type Role, uniqueId } from "../role.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleName = v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.regex(/^[\w+=,.@-]+$/));
export const entityPath = v.optional(v.pipe(v.string(), v.regex(/^\/([\x21-\x7e]{1,510}\/)?$/)), "/");
const sessionDuration = v.optional(v.pipe(numeric, v.integer(), v.minValue(3600), v.maxValue(43_200)), 3600);

export const roleInput = v.object({
  RoleName: roleName,
  AssumeRolePolicyDocument: v.string(),
  Path: entityPath,
  Description: v.optional(v.pipe(v.string(), v.maxLength(1000))),
  MaxSessionDuration: sessionDuration,
  PermissionsBoundary: v.optional(v.string()),
  Tags: v.optional(tagList, []),
});

const named = v.object({ RoleName: v.string() });

export function newRole(input: v.InferOutput<typeof roleInput>, account: string, createdAt: Date): Role {
  return {
    name: input.RoleName,
    path: input.Path,
    id: uniqueId("AROA"),
    arn: `arn:aws:iam::${account}:role${input.Path}${input.RoleName}`,
    createdAt,
    trust: parsePolicy(input.AssumeRolePolicyDocument, "trust"),
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration,
    tags: Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])),
    boundaryArn: input.PermissionsBoundary,
    inline: new Map(),
    attached: [],
  };
}

export function roleOperations({ entities, account, now }: IamEngine): Operations {
  return {
    CreateRole: define(roleInput, (input) => {
      if (input.PermissionsBoundary !== undefined) entities.policy(input.PermissionsBoundary);
      const role = newRole(input, account, now());
      entities.addRole(role);
      return { Role: { ...describe(role), MaxSessionDuration: undefined } };
    }),
    GetRole: define(named, (input) => ({ Role: { ...describe(entities.role(input.RoleName)), RoleLastUsed: {} } })),
    ListRoles: define(v.object({ PathPrefix: v.optional(v.string(), "/") }), (input) => ({
      Roles: entities
        .roles()
        .filter((role) => role.path.startsWith(input.PathPrefix))
        .map((role) => ({ ...describe(role), Tags: undefined, PermissionsBoundary: undefined })),
      IsTruncated: false,
    })),
    DeleteRole: define(named, (input) => {
      entities.removeRole(input.RoleName);
      return {};
    }),
    UpdateRole: define(
      v.object({ RoleName: v.string(), Description: v.optional(v.string()), MaxSessionDuration: sessionDuration }),
      (input) => {
        entities.changeRole(input.RoleName, {
          description: input.Description ?? entities.role(input.RoleName).description,
          maxSessionDuration: input.MaxSessionDuration,
        });
        return {};
      },
    ),
    UpdateAssumeRolePolicy: define(v.object({ RoleName: v.string(), PolicyDocument: v.string() }), (input) => {
      entities.changeRole(input.RoleName, { trust: parsePolicy(input.PolicyDocument, "trust") });
      return {};
    }),
    ListRoleTags: define(named, (input) => ({ Tags: tagsOf(entities.role(input.RoleName)), IsTruncated: false })),
    TagRole: define(v.object({ RoleName: v.string(), Tags: tagList }), (input) => {
      const added = Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value]));
      entities.changeRole(input.RoleName, { tags: { ...entities.role(input.RoleName).tags, ...added } });
      return {};
    }),
    UntagRole: define(v.object({ RoleName: v.string(), TagKeys: v.array(v.string()) }), (input) => {
      const kept = Object.entries(entities.role(input.RoleName).tags).filter(([key]) => !input.TagKeys.includes(key));
      entities.changeRole(input.RoleName, { tags: Object.fromEntries(kept) });
      return {};
    }),
    PutRolePermissionsBoundary: define(v.object({ RoleName: v.string(), PermissionsBoundary: v.string() }), (input) => {
      entities.policy(input.PermissionsBoundary);
      entities.changeRole(input.RoleName, { boundaryArn: input.PermissionsBoundary });
      return {};
    }),
    DeleteRolePermissionsBoundary: define(named, (input) => {
      entities.changeRole(input.RoleName, { boundaryArn: undefined });
      return {};
    }),
    // CDK's and SST's clients ask before they delete; there are no instances here.
    ListInstanceProfilesForRole: define(named, (input) => {
      entities.role(input.RoleName);
      return { InstanceProfiles: [], IsTruncated: false };
    }),
  };
}

/** IAM gives policy documents percent-encoded, as RFC 3986 has it. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
}

function describe(role: Role) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: encodeDocument(role.trust.text),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: unlessEmpty(tagsOf(role)),
    PermissionsBoundary: role.boundaryArn && {
      PermissionsBoundaryType: "Policy",
      PermissionsBoundaryArn: role.boundaryArn,
    },
  };
}

function tagsOf(role: Role) {
  return Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }));
}
