import type { Template } from "./document.ts";
import { formatError, templateError } from "./errors.ts";
import { type Reference, referencesOf } from "./references.ts";

const PSEUDO_PARAMETERS: readonly string[] = [
  "AWS::AccountId",
  "AWS::NoValue",
  "AWS::NotificationARNs",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
  "AWS::URLSuffix",
];

/**
 * Checks that every name in the template exists.
 * @throws AwsError `ValidationError` in CloudFormation's words.
 */
export function checkReferences(template: Template): void {
  const inResources = Object.values(template.Resources).flatMap((resource) => [
    ...referencesOf(resource.Properties),
    ...resource.DependsOn.map((name): Reference => ({ kind: "ref", name })),
    ...conditionOf(resource.Condition),
  ]);
  const inOutputs = Object.values(template.Outputs).flatMap((output) => [
    ...referencesOf(output.Value),
    ...referencesOf(output.Export?.Name ?? null),
    ...conditionOf(output.Condition),
  ]);
  checkBlock(template, inResources, "Resources");
  checkBlock(template, inOutputs, "Outputs");
  checkConditions(template);
}

function conditionOf(name: string | undefined): Reference[] {
  return name === undefined ? [] : [{ kind: "condition", name }];
}

function checkBlock(template: Template, references: readonly Reference[], block: string): void {
  const missing = references.filter(
    ({ kind, name }) => kind === "ref" && !isParameter(template, name) && template.Resources[name] === undefined,
  );
  if (missing.length > 0)
    throw formatError(`Unresolved resource dependencies ${listed(missing)} in the ${block} block of the template`);
  const attribute = references.find(({ kind, name }) => kind === "attribute" && template.Resources[name] === undefined);
  if (attribute !== undefined) {
    throw templateError(`instance of Fn::GetAtt references undefined resource ${attribute.name}`);
  }
  const condition = references.find(
    ({ kind, name }) => kind === "condition" && block === "Outputs" && template.Conditions[name] === undefined,
  );
  const used = condition ?? undeclaredCondition(template);
  if (used !== undefined) {
    throw formatError(`Unresolved condition dependency ${used.name} in the ${block} block of the template`);
  }
}

/** Only the `Condition` attribute: a policy statement inside the properties may hold a key of the same name. */
function undeclaredCondition(template: Template): Reference | undefined {
  return Object.values(template.Resources)
    .flatMap((resource) => conditionOf(resource.Condition))
    .find(({ name }) => template.Conditions[name] === undefined);
}

function checkConditions(template: Template): void {
  const missing = Object.values(template.Conditions)
    .flatMap((condition) => referencesOf(condition))
    .filter(({ kind, name }) => kind !== "condition" && !isParameter(template, name));
  if (missing.length > 0) {
    throw formatError(
      `Unresolved dependencies ${listed(missing)}. Cannot reference resources in the Conditions block of the template`,
    );
  }
}

function isParameter(template: Template, name: string): boolean {
  return template.Parameters[name] !== undefined || PSEUDO_PARAMETERS.includes(name);
}

function listed(references: readonly Reference[]): string {
  return `[${[...new Set(references.map(({ name }) => name))].join(", ")}]`;
}
