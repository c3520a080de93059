import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { flag, numeric } from "#endpoint/core/properties.ts";
import type { ServiceSettings } from "./model.ts";

const changeable = {
  taskDefinition: v.optional(v.string()),
  desiredCount: v.optional(v.pipe(numeric, v.integer(), v.minValue(0, "desiredCount cannot be negative"))),
  loadBalancers: v.optional(
    v.array(v.object({ targetGroupArn: v.string(), containerName: v.string(), containerPort: numeric })),
  ),
  deploymentConfiguration: v.optional(
    v.looseObject({
      deploymentCircuitBreaker: v.optional(
        v.object({
          enable: flag,
          rollback: flag,
          resetOnHealthyTask: v.optional(flag),
          thresholdConfiguration: v.optional(
            v.object({ type: v.picklist(["BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT"]), value: numeric }),
          ),
        }),
      ),
      alarms: v.optional(v.object({ alarmNames: v.array(v.string()), enable: flag, rollback: flag })),
      maximumPercent: v.optional(numeric),
      minimumHealthyPercent: v.optional(numeric),
    }),
  ),
  healthCheckGracePeriodSeconds: v.optional(numeric),
  enableExecuteCommand: v.optional(flag),
  networkConfiguration: v.optional(v.looseObject({})),
  capacityProviderStrategy: v.optional(v.array(v.looseObject({}))),
  propagateTags: v.optional(v.string()),
  enableECSManagedTags: v.optional(flag),
};
/** What only `REPLICA` services with rolling updates have is all there is here: the rest is refused, not ignored. */
const notEmulated = "is not emulated by the local endpoint";
const fixed = {
  launchType: v.optional(v.picklist(["FARGATE"], `a launch type other than FARGATE ${notEmulated}`)),
  schedulingStrategy: v.optional(v.picklist(["REPLICA"], `DAEMON ${notEmulated}`)),
  deploymentController: v.optional(
    v.object({ type: v.picklist(["ECS"], `a controller other than ECS ${notEmulated}`) }),
  ),
  serviceConnectConfiguration: v.optional(v.object({ enabled: v.literal(false, `Service Connect ${notEmulated}`) })),
};
const tags = v.optional(v.array(v.object({ key: v.string(), value: v.string() })), []);

export const createServiceSchema = v.object({
  ...changeable,
  ...fixed,
  cluster: v.optional(v.string()),
  serviceName: v.pipe(v.string(), v.regex(/^[\w-]{1,255}$/, "Service name contains invalid characters.")),
  tags,
});
export type CreateServiceInput = v.InferOutput<typeof createServiceSchema>;

export const updateServiceSchema = v.object({
  ...changeable,
  cluster: v.optional(v.string()),
  service: v.string(),
  forceNewDeployment: v.optional(flag, false),
});
export type UpdateServiceInput = v.InferOutput<typeof updateServiceSchema>;

const DEFAULTS = {
  desiredCount: 0,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: {
    enable: false,
    rollback: false,
    resetOnHealthyTask: true,
    thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 50 },
  },
  alarms: { alarmNames: [], enable: false, rollback: false },
  healthCheckGracePeriodSeconds: 0,
  loadBalancers: [],
  enableExecuteCommand: false,
  extra: {},
} as const satisfies Omit<ServiceSettings, "taskDefinitionArn">;

/** What a request leaves out stays as it was; in a new service it has ECS's default. */
export function settingsOf(
  input: Omit<CreateServiceInput, "serviceName" | "tags"> | UpdateServiceInput,
  taskDefinitionArn: string,
  before: Omit<ServiceSettings, "taskDefinitionArn"> = DEFAULTS,
): ServiceSettings {
  const deployment = input.deploymentConfiguration;
  const { networkConfiguration, capacityProviderStrategy, propagateTags, enableECSManagedTags } = input;
  const extra = { networkConfiguration, capacityProviderStrategy, propagateTags, enableECSManagedTags };
  return {
    taskDefinitionArn,
    desiredCount: input.desiredCount ?? before.desiredCount,
    minimumHealthyPercent: deployment?.minimumHealthyPercent ?? before.minimumHealthyPercent,
    maximumPercent: deployment?.maximumPercent ?? before.maximumPercent,
    circuitBreaker: breakerOf(deployment, before.circuitBreaker),
    alarms: deployment?.alarms ?? before.alarms,
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? before.healthCheckGracePeriodSeconds,
    loadBalancers: input.loadBalancers ?? before.loadBalancers,
    enableExecuteCommand: input.enableExecuteCommand ?? before.enableExecuteCommand,
    extra: {
      ...before.extra,
      ...Object.fromEntries(Object.entries(extra).filter(([, value]) => value !== undefined)),
    },
  };
}

function breakerOf(
  deployment: UpdateServiceInput["deploymentConfiguration"],
  before: ServiceSettings["circuitBreaker"],
): ServiceSettings["circuitBreaker"] {
  const breaker = deployment?.deploymentCircuitBreaker;
  if (breaker === undefined) return before;
  return {
    enable: breaker.enable,
    rollback: breaker.rollback,
    resetOnHealthyTask: breaker.resetOnHealthyTask ?? before.resetOnHealthyTask,
    thresholdConfiguration: breaker.thresholdConfiguration ?? before.thresholdConfiguration,
  };
}

/**
 * Whether a change reaches the tasks, so that they must be replaced.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html
 */
export function needsDeployment(before: ServiceSettings, after: ServiceSettings): boolean {
  const reaching = (settings: ServiceSettings) => [
    settings.taskDefinitionArn,
    settings.loadBalancers,
    settings.extra.networkConfiguration,
    settings.extra.capacityProviderStrategy,
  ];
  return !isDeepStrictEqual(reaching(before), reaching(after));
}
