import type { Template } from "./document.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, `Capabilities` */
const IAM_TYPES: Readonly<Record<string, string | undefined>> = {
  "AWS::IAM::AccessKey": undefined,
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": undefined,
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserToGroupAddition": undefined,
};

/** What the caller must acknowledge before the template may run. */
export interface RequiredCapability {
  readonly capability: "CAPABILITY_AUTO_EXPAND" | "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM";
  readonly types: readonly string[];
}

/** Transforms change the template before it runs: the caller takes what comes of it. */
export function requiredExpansion({ Transform }: Template): RequiredCapability | undefined {
  const types = [Transform].flat();
  return types.length === 0 ? undefined : { capability: "CAPABILITY_AUTO_EXPAND", types };
}

export function requiredCapability(template: Template): RequiredCapability | undefined {
  const resources = Object.values(template.Resources).filter(({ Type }) => Object.hasOwn(IAM_TYPES, Type));
  if (resources.length === 0) return undefined;
  const named = resources.some(({ Type, Properties }) => {
    const property = IAM_TYPES[Type];
    return property !== undefined && Properties[property] !== undefined;
  });
  return {
    capability: named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM",
    types: [...new Set(resources.map(({ Type }) => Type))],
  };
}

export function acknowledges(given: readonly string[], required: RequiredCapability): boolean {
  return given.includes("CAPABILITY_NAMED_IAM") || given.includes(required.capability);
}
