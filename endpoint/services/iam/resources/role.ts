import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { jsonDocument, numeric, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { entityPath, newRole, roleInput, roleName } from "../operations/roles.ts";
import { parsePolicy } from "../policy-document.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
const roleProperties = v.object({
  RoleName: v.optional(roleName),
  AssumeRolePolicyDocument: jsonDocument,
  Path: entityPath,
  Description: v.optional(v.string()),
  MaxSessionDuration: v.optional(numeric),
  PermissionsBoundary: v.optional(v.string()),
  Policies: v.optional(v.array(v.object({ PolicyName: v.string(), PolicyDocument: jsonDocument })), []),
  ManagedPolicyArns: v.optional(v.array(v.string()), []),
  Tags: v.optional(tagList),
});

type RoleProperties = v.InferOutput<typeof roleProperties>;

export function roleResource({ entities, account, now }: IamEngine): ResourceProvider {
  const parse = (properties: Properties, context: ResourceContext) =>
    parseProperties(roleProperties, properties, context);

  function addPolicies(name: string, wanted: RoleProperties): void {
    for (const policy of wanted.Policies) {
      entities.putInline(name, policy.PolicyName, parsePolicy(policy.PolicyDocument, "inline"));
    }
    for (const arn of wanted.ManagedPolicyArns) entities.attach(name, arn);
  }

  /** What the template gave this role; policies put on it by others stay. */
  function removePolicies(name: string, had: RoleProperties, wanted?: RoleProperties): void {
    const role = entities.role(name);
    for (const { PolicyName } of had.Policies) {
      const kept = wanted?.Policies.some((it) => it.PolicyName === PolicyName) ?? false;
      if (!kept && role.inline.has(PolicyName)) entities.deleteInline(name, PolicyName);
    }
    for (const arn of had.ManagedPolicyArns) {
      const kept = wanted?.ManagedPolicyArns.includes(arn) ?? false;
      if (!kept && role.attached.includes(arn)) entities.detach(name, arn);
    }
  }

  function state(name: string): ResourceState {
    const role = entities.role(name);
    return { physicalId: name, attributes: { Arn: role.arn, RoleId: role.id } };
  }

  return {
    replaceOn: ["RoleName", "Path"],
    async create(properties, context) {
      const wanted = parse(properties, context);
      const input = parseProperties(
        roleInput,
        {
          ...wanted,
          RoleName: wanted.RoleName ?? physicalName(context, 64),
          Tags: Object.entries(tagsOf(wanted.Tags, context)).map(([Key, Value]) => ({ Key, Value })),
        },
        context,
      );
      entities.addRole(newRole(input, account, now()));
      try {
        addPolicies(input.RoleName, wanted);
      } catch (error) {
        removePolicies(input.RoleName, wanted);
        entities.removeRole(input.RoleName);
        throw error;
      }
      return state(input.RoleName);
    },
    async update({ physicalId }, properties, previous, context) {
      const wanted = parse(properties, context);
      entities.changeRole(physicalId, {
        trust: parsePolicy(wanted.AssumeRolePolicyDocument, "trust"),
        description: wanted.Description,
        maxSessionDuration: wanted.MaxSessionDuration ?? 3600,
        boundaryArn: wanted.PermissionsBoundary,
        tags: tagsOf(wanted.Tags, context),
      });
      removePolicies(physicalId, parse(previous, context), wanted);
      addPolicies(physicalId, wanted);
      return state(physicalId);
    },
    async delete({ physicalId }, properties, context) {
      if (!entities.hasRole(physicalId)) return;
      removePolicies(physicalId, parse(properties, context));
      entities.removeRole(physicalId);
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html */
const serviceRoleNames: Readonly<Record<string, string>> = {
  "ecs.amazonaws.com": "AWSServiceRoleForECS",
  "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
  "elasticache.amazonaws.com": "AWSServiceRoleForElastiCache",
  "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
};

const linkedProperties = v.object({
  AWSServiceName: v.string(),
  CustomSuffix: v.optional(v.string()),
  Description: v.optional(v.string()),
});

export function serviceLinkedRoleResource({ entities, account, now }: IamEngine): ResourceProvider {
  return {
    replaceOn: ["AWSServiceName", "CustomSuffix"],
    async create(properties, context) {
      const { AWSServiceName, CustomSuffix, Description } = parseProperties(linkedProperties, properties, context);
      const base = serviceRoleNames[AWSServiceName] ?? `AWSServiceRoleFor_${AWSServiceName.split(".")[0]}`;
      const name = CustomSuffix === undefined ? base : `${base}_${CustomSuffix}`;
      if (entities.hasRole(name)) {
        throw new AwsError(
          "InvalidInput",
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      }
      const trust = {
        Statement: [{ Effect: "Allow", Principal: { Service: AWSServiceName }, Action: "sts:AssumeRole" }],
      };
      const input = parseProperties(
        roleInput,
        {
          RoleName: name,
          Path: `/aws-service-role/${AWSServiceName}/`,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description,
        },
        context,
      );
      entities.addRole(newRole(input, account, now()));
      return { physicalId: name, attributes: { RoleName: name } };
    },
    async update(current, properties, _previous, context) {
      const { Description } = parseProperties(linkedProperties, properties, context);
      entities.changeRole(current.physicalId, { description: Description });
      return current;
    },
    async delete({ physicalId }) {
      if (entities.hasRole(physicalId)) entities.removeRole(physicalId);
    },
  };
}
