import { fullDiff, ResourceImpact } from "@aws-cdk/cloudformation-diff";
import type { StagePlan } from "#fleet";
import type { Synthesis } from "../../synth/synth.ts";

/** What an update of one resource is, by what AWS says of each property of its type. */
interface Update {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly replaced: boolean;
  readonly properties: readonly string[];
  /** What its old and its new template have in common of what makes a name. */
  readonly keptName: string | undefined;
}

export function updatesBetween(before: Synthesis, after: Synthesis): readonly Update[] {
  return [...after.stacks].flatMap(([stack, template]) => {
    const old = before.stacks.get(stack)?.document;
    if (typeof old !== "object" || typeof template.document !== "object") return [];
    const { resources } = fullDiff({ ...old }, { ...template.document }, undefined, false);
    return Object.entries(resources.changes).flatMap(([id, change]): readonly Update[] => {
      const { isAddition, isRemoval, changeImpact, oldProperties = {}, newProperties = {} } = change;
      const type = change.newResourceType ?? change.oldResourceType ?? "";
      if (isAddition || isRemoval) return [{ stack, id, type, replaced: false, properties: [], keptName: undefined }];
      const [keptName] = Object.keys(newProperties).filter(
        (name) =>
          /(?:Name|^ReplicationGroupId)$/.test(name) &&
          typeof newProperties[name] === "string" &&
          newProperties[name] === oldProperties[name],
      );
      const replaced = changeImpact === ResourceImpact.WILL_REPLACE || changeImpact === ResourceImpact.MAY_REPLACE;
      return [{ stack, id, type, replaced, properties: Object.keys(change.propertyUpdates), keptName }];
    });
  });
}

/** What CloudFormation refuses: a replacement that keeps a name, or one that another stack imports. */
export function refusedIn(updates: readonly Update[], before: Synthesis): readonly string[] {
  return updates
    .filter(({ replaced }) => replaced)
    .flatMap(({ stack, id, keptName }) => [
      ...(keptName === undefined ? [] : [`${stack}/${id} keeps its ${keptName}`]),
      ...(isExported(before, stack, id) ? [`${stack}/${id} is imported elsewhere`] : []),
    ]);
}

function isExported(before: Synthesis, stack: string, id: string): boolean {
  return Object.values(before.stack(stack).outputs).some((output) => {
    const text = JSON.stringify(output);
    return text.includes('"Export"') && text.includes(`"${id}"`);
  });
}

/** Whether tasks are replaced: another definition, another network or another port starts a deployment in ECS. */
export function rolls(updates: readonly Update[]): boolean {
  const starting = ["TaskDefinition", "NetworkConfiguration", "LoadBalancers"];
  return updates.some(
    ({ type, properties }) => type === "AWS::ECS::Service" && properties.some((name) => starting.includes(name)),
  );
}

/** A plan without what a deploy to AWS has no use for. */
export function deployedPart({ services, ...rest }: StagePlan): string {
  return JSON.stringify({ ...rest, services: services.map(({ localCommand: _, ...service }) => service) });
}
