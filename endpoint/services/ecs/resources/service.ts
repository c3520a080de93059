import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { Service } from "../ecs-service.ts";
import type { EcsEngine } from "../engine.ts";
import type { Deployment } from "../model.ts";
import { createServiceSchema } from "../service-input.ts";
import { fromTemplate, withStackTags } from "../template.ts";

export function serviceResource(engine: EcsEngine): ResourceProvider {
  const parse = (properties: Properties, context: ResourceContext) => {
    const input = parseProperties(createServiceSchema, fromTemplate(properties), context);
    return { ...input, tags: withStackTags(input.tags, context) };
  };

  return {
    replaceOn: ["Cluster", "DeploymentController", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"],

    async create(properties, context) {
      const input = parse({ ServiceName: physicalName(context, 255), ...properties }, context);
      const cluster = engine.clusters.active(input.cluster);
      const createdBy = `arn:aws:iam::${context.account}:user/operator`;
      // A template that names no count means one in a new service, and in one that is there what that has.
      const service = engine.services.create(cluster, { desiredCount: 1, ...input }, createdBy);
      context.initiated?.(stateOf(service));
      await untilSteady(service, context.signal);
      return stateOf(service);
    },

    async update(current, properties, _previous, context) {
      const input = parse({ ServiceName: nameOf(current), ...properties }, context);
      const service = engine.services.active(engine.clusters.active(input.cluster).arn, current.physicalId);
      service.tags = input.tags;
      engine.services.update(service, { ...input, forceNewDeployment: false });
      await untilSteady(service, context.signal);
      return stateOf(service);
    },

    async delete(current, properties, context) {
      const { cluster } = parse({ ServiceName: nameOf(current), ...properties }, context);
      const home = engine.clusters.find(cluster);
      const service = home && engine.services.find(home.arn, current.physicalId);
      if (service === undefined || service.status === "INACTIVE") return;
      if (service.status === "ACTIVE") engine.services.delete(service, true);
      await until(service, context.signal, () => service.status === "INACTIVE");
    },

    read({ physicalId }) {
      const service = engine.services.list().find(({ identity }) => identity.arn === physicalId);
      if (service?.status !== "ACTIVE") return undefined;
      const { settings } = service.rollout;
      const { enable, rollback } = settings.circuitBreaker;
      const { alarms } = settings;
      return {
        DesiredCount: settings.desiredCount,
        TaskDefinition: settings.taskDefinitionArn,
        EnableExecuteCommand: settings.enableExecuteCommand,
        HealthCheckGracePeriodSeconds: settings.healthCheckGracePeriodSeconds,
        DeploymentConfiguration: {
          Alarms: { AlarmNames: alarms.alarmNames, Enable: alarms.enable, Rollback: alarms.rollback },
          DeploymentCircuitBreaker: { Enable: enable, Rollback: rollback },
          MaximumPercent: settings.maximumPercent,
          MinimumHealthyPercent: settings.minimumHealthyPercent,
        },
      };
    },
  };
}

function nameOf(current: ResourceState): string {
  return current.physicalId.slice(current.physicalId.lastIndexOf("/") + 1);
}

function stateOf(service: Service): ResourceState {
  const { arn, name } = service.identity;
  return { physicalId: arn, attributes: { ServiceArn: arn, Name: name } };
}

/**
 * Waits as CloudFormation does: until the deployment is complete, or has failed. A rollout that
 * another one supersedes is waited for no longer; the newest counts.
 */
async function untilSteady(service: Service, signal: AbortSignal): Promise<void> {
  let awaited = service.rollout.deployments[0].id;
  await until(service, signal, () => {
    const { deployments } = service.rollout;
    const deployment = deployments.find(({ id }) => id === awaited);
    if (deployment?.rolloutState === "FAILED") throw failure(deployment);
    if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
    awaited = deployments[0].id;
    return service.steady && deployments[0].rolloutState !== "IN_PROGRESS";
  });
}

function failure({ rolloutStateReason }: Deployment): AwsError {
  const trigger = rolloutStateReason.includes("alarm") ? "Alarm" : "Circuit Breaker";
  return new AwsError(
    "GeneralServiceException",
    `Error occurred during operation 'ECS Deployment ${trigger} was triggered'.`,
  );
}

function until(service: Service, signal: AbortSignal, reached: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      unsubscribe();
      signal.removeEventListener("abort", giveUp);
      settle();
    };
    const look = () => {
      try {
        if (reached()) finish(resolve);
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const giveUp = () => finish(() => reject(new AwsError("NotStabilized", `${service.identity.name} is not steady.`)));
    const unsubscribe = service.onChange(look);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    else look();
  });
}
