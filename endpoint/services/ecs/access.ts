import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { EcsEngine } from "./engine.ts";

const inputSchema = v.object({
  cluster: v.optional(v.string(), "default"),
  clusterName: v.optional(v.string()),
  clusters: v.optional(v.array(v.string())),
  service: v.optional(v.string()),
  serviceName: v.optional(v.string()),
  services: v.optional(v.array(v.string())),
  task: v.optional(v.string()),
  tasks: v.optional(v.array(v.string())),
  taskDefinition: v.optional(v.string()),
  serviceDeploymentArns: v.optional(v.array(v.string())),
  serviceRevisionArns: v.optional(v.array(v.string())),
  resourceArn: v.optional(v.string()),
});
type Input = v.InferOutput<typeof inputSchema>;

export function accessOf(engine: EcsEngine): CallAccess {
  return {
    resourceOf: (operation, input) => resourceOf(engine, operation, input),
    conditionKeysOf: (_operation, input) => conditionKeysOf(engine, input),
  };
}

/** The ARN a call acts on. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
function resourceOf({ arnPrefix }: EcsEngine, operation: string, input: unknown): string | undefined {
  const parsed = v.safeParse(inputSchema, input);
  if (!parsed.success) return undefined;
  const { kind, name } = subject(operation, parsed.output);
  if (name === undefined || name.startsWith("arn:")) return name;
  const cluster = nameOf(parsed.output.cluster);
  return kind === "cluster" || kind === "task-definition"
    ? `${arnPrefix}:${kind}/${name}`
    : `${arnPrefix}:${kind}/${cluster}/${name}`;
}

function conditionKeysOf({ arnPrefix }: EcsEngine, input: unknown): Readonly<Record<string, string>> {
  const parsed = v.safeParse(v.object({ cluster: v.string() }), input);
  return parsed.success ? { "ecs:cluster": `${arnPrefix}:cluster/${nameOf(parsed.output.cluster)}` } : {};
}

/** Calls that no resource type covers, the lists among them, have none: IAM then checks them against `*`. */
function subject(operation: string, input: Input): { readonly kind: string; readonly name?: string | undefined } {
  switch (operation) {
    case "CreateService":
      return { kind: "service", name: input.serviceName };
    case "UpdateService":
    case "DeleteService":
    case "ListServiceDeployments":
      return { kind: "service", name: input.service };
    case "DescribeServices":
      return { kind: "service", name: input.services?.[0] };
    case "DescribeServiceDeployments":
      return { kind: "service-deployment", name: input.serviceDeploymentArns?.[0] };
    case "DescribeServiceRevisions":
      return { kind: "service-revision", name: input.serviceRevisionArns?.[0] };
    case "StopTask":
    case "ExecuteCommand":
      return { kind: "task", name: input.task };
    case "DescribeTasks":
      return { kind: "task", name: input.tasks?.[0] };
    case "RunTask":
      return { kind: "task-definition", name: input.taskDefinition };
    case "DescribeClusters":
      return { kind: "cluster", name: input.clusters?.[0] };
    case "DeleteCluster":
    case "UpdateCluster":
    case "UpdateClusterSettings":
    case "PutClusterCapacityProviders":
      return { kind: "cluster", name: input.cluster };
    default:
      return { kind: "any", name: input.resourceArn };
  }
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}
