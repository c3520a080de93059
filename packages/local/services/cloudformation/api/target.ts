import { AwsError, notEmulated } from "#local/endpoint/errors.ts";
import type { ObjectReader, ParameterReader } from "#local/endpoint/ports.ts";
import { draw } from "../stack/blueprint.ts";
import type { Engine } from "../stack/deployment.ts";
import type { Stack, StackOptions, Target } from "../stack/stack.ts";
import { acknowledges, requiredCapability } from "../template/capabilities.ts";
import { parseTemplate, type Template } from "../template/document.ts";
import { refused } from "../template/errors.ts";
import { stackParameters } from "../template/parameters.ts";
import { checkReferences } from "../template/validate.ts";
import type { TargetRequest } from "./input.ts";
import { templateText } from "./template-source.ts";

export interface TargetSources {
  readonly engine: Engine;
  readonly objects: ObjectReader;
  readonly parameters: ParameterReader;
}

/**
 * Turns a request into what the stack should become, with everything checked that can be before a resource is touched.
 * @throws AwsError in CloudFormation's words.
 */
export async function readTarget(
  request: TargetRequest,
  name: string,
  stack: Stack | undefined,
  sources: TargetSources,
): Promise<Target> {
  const { engine } = sources;
  const previous = stack?.current;
  const body = await bodyOf(request, previous, sources);
  const template = parseTemplate(body);
  checkReferences(template);
  checkCapabilities(template, request.Capabilities);
  const parameters = stackParameters(
    template.Parameters,
    request.Parameters,
    previous?.parameters ?? [],
    sources.parameters,
  );
  const target = { template, body, parameters, tags: request.Tags ?? previous?.tags ?? {} };
  const identity = stack ?? { id: "", name, options: optionsOf(request, false) };
  const blueprint = draw(target, identity, { place: engine.place, exports: () => [] });
  checkTypes(template, [...blueprint.graph.keys()], engine);
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

async function bodyOf(request: TargetRequest, previous: Target | undefined, sources: TargetSources): Promise<string> {
  if (!request.UsePreviousTemplate) return templateText(request, sources.engine.place, sources.objects);
  if (previous === undefined) throw refused("UsePreviousTemplate needs a stack that was created before.");
  return previous.body;
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const required = requiredCapability(template);
  if (required !== undefined && !acknowledges(given, required)) {
    throw new AwsError("InsufficientCapabilitiesException", `Requires capabilities : [${required.capability}]`);
  }
}

function checkTypes(template: Template, active: readonly string[], engine: Engine): void {
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
