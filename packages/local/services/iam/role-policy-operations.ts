import * as v from "valibot";
import { define, type Operation } from "../../endpoint/service.ts";
import type { Directory } from "./directory.ts";
import { parsePolicy } from "./policy-document.ts";
import { encodeDocument } from "./role-operations.ts";

const byRole = v.object({ RoleName: v.string() });
const inlineKey = v.object({ RoleName: v.string(), PolicyName: v.string() });
const attachment = v.object({ RoleName: v.string(), PolicyArn: v.string() });

/** The policies of a role: inline, and attached. */
export function rolePolicyOperations(directory: Directory) {
  return {
    PutRolePolicy: define(v.object({ ...inlineKey.entries, PolicyDocument: v.string() }), (input) => {
      directory.putInline(input.RoleName, input.PolicyName, parsePolicy(input.PolicyDocument, "identity"));
      return {};
    }),
    GetRolePolicy: define(inlineKey, (input) => ({
      RoleName: input.RoleName,
      PolicyName: input.PolicyName,
      PolicyDocument: encodeDocument(directory.inline(input.RoleName, input.PolicyName).text),
    })),
    DeleteRolePolicy: define(inlineKey, (input) => {
      directory.deleteInline(input.RoleName, input.PolicyName);
      return {};
    }),
    ListRolePolicies: define(byRole, (input) => ({
      PolicyNames: [...directory.role(input.RoleName).inline.keys()],
      IsTruncated: false,
    })),
    AttachRolePolicy: define(attachment, (input) => {
      directory.attach(input.RoleName, input.PolicyArn);
      return {};
    }),
    DetachRolePolicy: define(attachment, (input) => {
      directory.detach(input.RoleName, input.PolicyArn);
      return {};
    }),
    ListAttachedRolePolicies: define(byRole, (input) => ({
      AttachedPolicies: directory.role(input.RoleName).attached.map((arn) => ({
        PolicyName: directory.policy(arn).name,
        PolicyArn: arn,
      })),
      IsTruncated: false,
    })),
  } satisfies Readonly<Record<string, Operation>>;
}
