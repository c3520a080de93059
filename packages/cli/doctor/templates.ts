import { CloudFormationClient, GetTemplateCommand, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import * as v from "valibot";
import { eachOf } from "#aws/batches.ts";
import { names } from "#fleet";
import { isDenied } from "../aws.ts";
import type { Stage } from "../stage.ts";
import type { Deployed } from "../status/deployed.ts";
import { listStacks } from "./stack-drift.ts";

/** Values that only CloudFormation knows are objects. */
const text = v.fallback(v.optional(v.string()), undefined);
const Named = v.array(v.object({ Name: v.string(), Value: text }));
const Container = v.object({
  Name: v.string(),
  Image: text,
  StopTimeout: v.optional(v.number()),
  PortMappings: v.optional(v.array(v.object({ ContainerPort: v.number() })), []),
  Environment: v.optional(Named, []),
  Secrets: v.optional(Named, []),
});
const Definition = v.object({
  Type: v.literal("AWS::ECS::TaskDefinition"),
  Properties: v.object({
    Cpu: text,
    Memory: text,
    RuntimePlatform: v.optional(v.object({ CpuArchitecture: text })),
    ContainerDefinitions: v.array(Container),
  }),
});
type Definition = v.InferOutput<typeof Definition>;
const Template = v.pipe(v.string(), v.parseJson(), v.object({ Resources: v.record(v.string(), v.unknown()) }));

/**
 * Task definitions never change, so what a stack deployed is what a service runs that names one of it: a call for many of
 * them, where ECS describes one a call. By `family:revision`; those of stacks that are not at rest, or may not be read, are
 * not among them.
 */
export async function readTemplates(stage: Stage): Promise<ReadonlyMap<string, (container: string) => Deployed>> {
  const stacks = (await listStacks(stage)).filter(
    ({ name, status }) =>
      name.startsWith(`${names.stacks(stage.plan.stage)}Services`) && /^(CREATE|UPDATE)_COMPLETE$/.test(status),
  );
  const read = await eachOf(stacks, ({ name }) =>
    readTemplate(stage, name).catch((error: unknown) => {
      if (isDenied(error)) return [];
      throw error;
    }),
  );
  return new Map(read.flat());
}

async function readTemplate({ aws }: Stage, StackName: string) {
  const client = aws.client(CloudFormationClient);
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
  const template = v.safeParse(Template, TemplateBody);
  if (!template.success) return [];
  const found: (readonly [string, (container: string) => Deployed])[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries) {
      const definition = v.safeParse(Definition, template.output.Resources[LogicalResourceId]);
      if (definition.success) found.push([revisionOf(PhysicalResourceId), deployedOf(definition.output)]);
    }
  return found;
}

/** `arn:aws:ecs:…:task-definition/family:3` as `family:3`. */
export function revisionOf(taskDefinition: string): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf("/") + 1);
}

function deployedOf({ Properties }: Definition) {
  return (name: string): Deployed => {
    const container = Properties.ContainerDefinitions.find(({ Name }) => Name === name);
    return {
      cpu: Properties.Cpu,
      memory: Properties.Memory,
      architecture: Properties.RuntimePlatform?.CpuArchitecture,
      container: container && {
        name,
        image: container.Image,
        stopTimeout: container.StopTimeout,
        portMappings: container.PortMappings.map(({ ContainerPort }) => ({ containerPort: ContainerPort })),
        environment: container.Environment.map(({ Name, Value }) => ({ name: Name, value: Value })),
        secrets: container.Secrets.map(({ Name }) => ({ name: Name, valueFrom: undefined })),
      },
    };
  };
}
