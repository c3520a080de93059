import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { type Blueprint, draw } from "../stack/blueprint.ts";
import type { StackEngine } from "../stack/deployment.ts";
import type { Stack, StackOptions, Target } from "../stack/stack.ts";
import { acknowledges, requiredCapability, requiredExpansion } from "../template/capabilities.ts";
import type { Template } from "../template/document.ts";
import { refused } from "../template/errors.ts";
import { stackParameters } from "../template/parameters.ts";
import { parseTemplate } from "../template/parse.ts";
import { referencesOf } from "../template/references.ts";
import { checkReferences } from "../template/validate.ts";
import type { TargetRequest } from "./input.ts";
import { templateText } from "./template-source.ts";

/**
 * Turns a request into what the stack should become, with everything checked that can be before a resource is touched.
 * @throws AwsError in CloudFormation's words.
 */
export async function readTarget(
  request: TargetRequest,
  name: string,
  stack: Stack | undefined,
  engine: CloudFormationEngine,
): Promise<Target> {
  const previous = stack?.current;
  const body = await bodyOf(request, previous, engine);
  const template = parseTemplate(body);
  checkReferences(template);
  checkCapabilities(template, request.Capabilities);
  const parameters = stackParameters(
    template.Parameters,
    request.Parameters,
    previous?.parameters ?? [],
    engine.parameters,
  );
  const target = { template, body, parameters, tags: request.Tags ?? previous?.tags ?? {} };
  const identity = stack ?? { id: "", name, options: optionsOf(request, false) };
  const blueprint = draw(target, identity, { place: engine.place, exportNamed: () => undefined });
  checkTypes(template, [...blueprint.graph.keys()], engine);
  checkOutputs(template, blueprint);
  blueprint.checkMappings();
  if (previous !== undefined) checkSameTypes(template, previous.template);
  return target;
}

export function optionsOf(request: TargetRequest, disableRollback: boolean): StackOptions {
  return {
    disableRollback,
    capabilities: request.Capabilities,
    notificationArns: request.NotificationARNs,
    ...(request.RoleARN === undefined ? {} : { roleArn: request.RoleARN }),
  };
}

async function bodyOf(
  request: TargetRequest,
  previous: Target | undefined,
  engine: CloudFormationEngine,
): Promise<string> {
  if (!request.UsePreviousTemplate) return templateText(request, engine.place, engine.objects);
  if (previous === undefined) throw refused("UsePreviousTemplate needs a stack that was created before.");
  return previous.body;
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  for (const required of [requiredExpansion(template), requiredCapability(template)]) {
    if (required === undefined || acknowledges(given, required)) continue;
    throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${required.capability}]`);
  }
}

/** An output of a resource that a condition leaves out has nothing to show. */
function checkOutputs(template: Template, { graph, isActive, condition }: Blueprint): void {
  const missing = Object.values(template.Outputs)
    .filter((output) => isActive(output.Condition))
    .flatMap((output) => referencesOf(output.Value, condition))
    .filter(({ kind, name }) => kind !== "condition" && template.Resources[name] !== undefined && !graph.has(name));
  if (missing.length === 0) return;
  const names = [...new Set(missing.map(({ name }) => name))].join(", ");
  throw refused(
    `Template format error: Unresolved resource dependencies [${names}] in the Outputs block of the template`,
  );
}

function checkTypes(template: Template, active: readonly string[], engine: StackEngine): void {
  const types = active.flatMap((id) => template.Resources[id]?.Type ?? []);
  const unknown = [...new Set(types)].filter((type) => engine.provider(type) === undefined);
  if (unknown.length > 0) throw notEmulated(`Resource type ${unknown.join(", ")}`);
}

function checkSameTypes(template: Template, previous: Template): void {
  const changed = Object.entries(template.Resources)
    .filter(([id, { Type }]) => (previous.Resources[id]?.Type ?? Type) !== Type)
    .map(([id]) => id);
  if (changed.length > 0) {
    throw refused(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(", ")}]`,
    );
  }
}
