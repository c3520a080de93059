import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { parsePolicy } from "../policy-document.ts";
import { encodeDocument } from "./roles.ts";

const byRole = v.object({ RoleName: v.string() });
const inlineKey = v.object({ RoleName: v.string(), PolicyName: v.string() });
const attachment = v.object({ RoleName: v.string(), PolicyArn: v.string() });

/** The policies of a role: inline, and attached. */
export function rolePolicyOperations({ entities }: IamEngine): Operations {
  return {
    PutRolePolicy: define(v.object({ ...inlineKey.entries, PolicyDocument: v.string() }), (input) => {
      entities.putInline(input.RoleName, input.PolicyName, parsePolicy(input.PolicyDocument, "inline"));
      return {};
    }),
    GetRolePolicy: define(inlineKey, (input) => ({
      RoleName: input.RoleName,
      PolicyName: input.PolicyName,
      PolicyDocument: encodeDocument(entities.inline(input.RoleName, input.PolicyName).text),
    })),
    DeleteRolePolicy: define(inlineKey, (input) => {
      entities.deleteInline(input.RoleName, input.PolicyName);
      return {};
    }),
    ListRolePolicies: define(byRole, (input) => ({
      PolicyNames: [...entities.role(input.RoleName).inline.keys()],
      IsTruncated: false,
    })),
    AttachRolePolicy: define(attachment, (input) => {
      entities.attach(input.RoleName, input.PolicyArn);
      return {};
    }),
    DetachRolePolicy: define(attachment, (input) => {
      entities.detach(input.RoleName, input.PolicyArn);
      return {};
    }),
    ListAttachedRolePolicies: define(byRole, (input) => ({
      AttachedPolicies: entities.role(input.RoleName).attached.map((arn) => ({
        PolicyName: entities.policy(arn).name,
        PolicyArn: arn,
      })),
      IsTruncated: false,
    })),
  };
}
