import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric } from "#endpoint/core/properties.ts";
import type { Tag } from "./tag.ts";

/** The docker label that says what stands for the image on this machine: a JSON array of strings, the argv. */
export const LOCAL_COMMAND_LABEL = "mcp-fleet.local-command";

const nameValue = v.object({ name: v.string(), value: v.string() });

export const containerDefinitionSchema = v.looseObject({
  name: v.pipe(v.string(), v.nonEmpty("Container.name should not be null or empty.")),
  image: v.pipe(v.string(), v.nonEmpty("Container.image should not be null or empty.")),
  essential: v.optional(flag, true),
  environment: v.optional(v.array(nameValue), []),
  secrets: v.optional(v.array(v.object({ name: v.string(), valueFrom: v.string() })), []),
  environmentFiles: v.optional(
    v.pipe(v.array(v.unknown()), v.maxLength(0, "environmentFiles are not emulated by the local endpoint")),
  ),
  /** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html */
  dependsOn: v.optional(
    v.array(
      v.object({
        containerName: v.string(),
        condition: v.picklist(["START"], "Only the condition START is emulated by the local endpoint."),
      }),
    ),
    [],
  ),
  portMappings: v.optional(v.array(v.looseObject({ containerPort: v.optional(numeric) })), []),
  dockerLabels: v.optional(v.record(v.string(), v.string()), {}),
  /** Seconds between SIGTERM and SIGKILL; Fargate's default is 30. */
  stopTimeout: v.optional(numeric),
  logConfiguration: v.optional(
    v.looseObject({ logDriver: v.string(), options: v.optional(v.record(v.string(), v.string()), {}) }),
  ),
});
export type ContainerDefinition = v.InferOutput<typeof containerDefinitionSchema>;

/** Whether each container depends on existing ones alone, and none in a circle. */
function dependOnOthers(containers: readonly ContainerDefinition[]): boolean {
  const needs = new Map(containers.map(({ name, dependsOn }) => [name, dependsOn.map((on) => on.containerName)]));
  const isFine = (name: string, above: readonly string[]): boolean =>
    !above.includes(name) && (needs.get(name)?.every((needed) => isFine(needed, [...above, name])) ?? false);
  return [...needs.keys()].every((name) => isFine(name, []));
}

export const taskDefinitionSchema = v.looseObject({
  family: v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/, "Family contains invalid characters.")),
  containerDefinitions: v.pipe(
    v.array(containerDefinitionSchema),
    v.minLength(1),
    v.check(
      (containers) => dependOnOthers(containers),
      "Container dependencies must name other containers of the task, and none that depends on it.",
    ),
  ),
  taskRoleArn: v.optional(v.string()),
  executionRoleArn: v.optional(v.string()),
  networkMode: v.optional(v.string(), "awsvpc"),
  requiresCompatibilities: v.optional(v.array(v.string()), []),
  cpu: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
  memory: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
  tags: v.optional(v.array(v.object({ key: v.string(), value: v.string() })), []),
});
export type TaskDefinitionInput = v.InferOutput<typeof taskDefinitionSchema>;

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly status: "ACTIVE" | "INACTIVE";
  readonly registeredAt: number;
  readonly deregisteredAt?: number;
  readonly registeredBy: string;
  readonly tags: readonly Tag[];
  readonly input: TaskDefinitionInput;
}

/** Every revision of every family, kept forever as in ECS. */
export interface TaskDefinitions {
  register(input: TaskDefinitionInput, registeredBy: string, now: number): TaskDefinition;
  /** By arn, `family:revision` or `family` (its latest active revision). */
  find(reference: string): TaskDefinition | undefined;
  /** Throws ECS's `ClientException` for one that is missing or inactive. */
  runnable(reference: string): TaskDefinition;
  deregister(reference: string, now: number): TaskDefinition;
  tag(definition: TaskDefinition, tags: readonly Tag[]): void;
  list(): readonly TaskDefinition[];
}

export function createTaskDefinitions(arnPrefix: string): TaskDefinitions {
  const families = new Map<string, TaskDefinition[]>();

  const find = (reference: string): TaskDefinition | undefined => {
    const name = reference.startsWith("arn:") ? reference.slice(reference.lastIndexOf("/") + 1) : reference;
    const [family = "", revision] = name.split(":");
    const revisions = families.get(family) ?? [];
    return revision === undefined
      ? revisions.findLast((definition) => definition.status === "ACTIVE")
      : revisions[Number(revision) - 1];
  };

  return {
    find,
    register(input, registeredBy, now) {
      const revisions = families.get(input.family) ?? [];
      families.set(input.family, revisions);
      const revision = revisions.length + 1;
      const definition: TaskDefinition = {
        arn: `${arnPrefix}:task-definition/${input.family}:${revision}`,
        family: input.family,
        revision,
        status: "ACTIVE",
        registeredAt: now,
        registeredBy,
        tags: input.tags,
        input,
      };
      revisions.push(definition);
      return definition;
    },
    runnable(reference) {
      const definition = find(reference);
      if (definition === undefined) throw new AwsError("ClientException", "TaskDefinition not found.");
      if (definition.status === "INACTIVE") throw new AwsError("ClientException", "TaskDefinition is inactive");
      return definition;
    },
    deregister(reference, now) {
      const definition = find(reference);
      const revisions = definition && families.get(definition.family);
      if (definition === undefined || revisions === undefined)
        throw new AwsError("ClientException", "Unable to describe task definition.");
      const inactive: TaskDefinition = { ...definition, status: "INACTIVE", deregisteredAt: now };
      revisions[definition.revision - 1] = inactive;
      return inactive;
    },
    tag(definition, tags) {
      const revisions = families.get(definition.family);
      if (revisions) revisions[definition.revision - 1] = { ...definition, tags };
    },
    list: () => [...families.values()].flat(),
  };
}
