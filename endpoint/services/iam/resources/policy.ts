import * as v from "valibot";
import { notEmulated } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { jsonDocument, parseProperties, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { addVersion, newPolicy, policyInput } from "../operations/policies.ts";
import { parsePolicy } from "../policy-document.ts";

const attachedTo = {
  Roles: v.optional(v.array(v.string()), []),
  Users: v.optional(v.array(v.string()), []),
  Groups: v.optional(v.array(v.string()), []),
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html */
const inlineProperties = v.object({ PolicyName: v.string(), PolicyDocument: jsonDocument, ...attachedTo });

/** An inline policy on each of its roles. */
export function inlinePolicyResource({ entities }: IamEngine): ResourceProvider {
  function parse(properties: Properties, context: ResourceContext) {
    return rolesOnly(parseProperties(inlineProperties, properties, context), "AWS::IAM::Policy");
  }

  function put(properties: Properties, context: ResourceContext): void {
    const { PolicyName, PolicyDocument, Roles } = parse(properties, context);
    for (const role of Roles) entities.putInline(role, PolicyName, parsePolicy(PolicyDocument, "inline"));
  }

  function remove(properties: Properties, context: ResourceContext, keep?: Properties): void {
    const { PolicyName, Roles } = parse(properties, context);
    const kept = keep && parse(keep, context);
    for (const role of Roles) {
      const stays = kept?.PolicyName === PolicyName && kept.Roles.includes(role);
      if (!stays && entities.hasRole(role) && entities.role(role).inline.has(PolicyName)) {
        entities.deleteInline(role, PolicyName);
      }
    }
  }

  return {
    replaceOn: [],
    async create(properties, context) {
      try {
        put(properties, context);
      } catch (error) {
        remove(properties, context);
        throw error;
      }
      const id = physicalName(context, 128);
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(current, properties, previous, context) {
      put(properties, context);
      remove(previous, context, properties);
      return current;
    },
    async delete(_current, properties, context) {
      remove(properties, context);
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html */
const managedProperties = v.object({
  ManagedPolicyName: v.optional(v.string()),
  PolicyDocument: jsonDocument,
  Path: v.optional(v.string()),
  Description: v.optional(v.string()),
  ...attachedTo,
});

export function managedPolicyResource({ entities, account, now }: IamEngine): ResourceProvider {
  function parse(properties: Properties, context: ResourceContext) {
    return rolesOnly(parseProperties(managedProperties, properties, context), "AWS::IAM::ManagedPolicy");
  }

  function state(arn: string): ResourceState {
    const policy = entities.policy(arn);
    const attributes = { PolicyArn: arn, PolicyId: policy.id, DefaultVersionId: policy.defaultVersionId };
    return { physicalId: arn, attributes };
  }

  function detach(arn: string, roles: readonly string[]): void {
    for (const role of roles) {
      if (entities.hasRole(role) && entities.role(role).attached.includes(arn)) entities.detach(role, arn);
    }
  }

  return {
    replaceOn: ["ManagedPolicyName", "Path", "Description"],
    async create(properties, context) {
      const wanted = parse(properties, context);
      const input = parseProperties(
        policyInput,
        {
          ...wanted,
          PolicyName: wanted.ManagedPolicyName ?? physicalName(context, 128),
          Tags: Object.entries(tagsOf(undefined, context)).map(([Key, Value]) => ({ Key, Value })),
        },
        context,
      );
      const policy = newPolicy(input, account, now());
      entities.addPolicy(policy);
      try {
        for (const role of wanted.Roles) entities.attach(role, policy.arn);
      } catch (error) {
        detach(policy.arn, wanted.Roles);
        entities.removePolicy(policy.arn);
        throw error;
      }
      return state(policy.arn);
    },
    async update({ physicalId }, properties, previous, context) {
      const wanted = parse(properties, context);
      const policy = entities.customerPolicy(physicalId);
      const current = policy.versions.filter((it) => it.id === policy.defaultVersionId);
      if (current[0]?.policy.text !== wanted.PolicyDocument) {
        const changed = addVersion({ ...policy, versions: current }, wanted.PolicyDocument, true, now());
        entities.changePolicy(physicalId, { ...changed, versions: changed.versions.slice(-1) });
      }
      for (const role of wanted.Roles) entities.attach(role, physicalId);
      detach(
        physicalId,
        parse(previous, context).Roles.filter((role) => !wanted.Roles.includes(role)),
      );
      return state(physicalId);
    },
    async delete({ physicalId }, properties, context) {
      if (!entities.policies().some((it) => it.arn === physicalId)) return;
      detach(physicalId, parse(properties, context).Roles);
      entities.removePolicy(physicalId);
    },
  };
}

function rolesOnly<T extends { readonly Users: readonly string[]; readonly Groups: readonly string[] }>(
  properties: T,
  type: string,
): T {
  if (properties.Users.length + properties.Groups.length > 0) throw notEmulated(`${type} with users or groups`);
  return properties;
}
