import { AwsError } from "#endpoint/core/errors.ts";
import type { Cluster } from "./clusters.ts";
import { Service, type ServicePorts } from "./ecs-service.ts";
import type { ServiceSettings } from "./model.ts";
import { type CreateServiceInput, needsDeployment, settingsOf, type UpdateServiceInput } from "./service-input.ts";
import type { Tag } from "./tag.ts";
import type { TaskDefinition, TaskDefinitions } from "./task-definitions.ts";

export interface Services {
  create(cluster: Cluster, input: CreateServiceInput, createdBy: string): Service;
  update(service: Service, input: Omit<UpdateServiceInput, "service" | "cluster">): void;
  delete(service: Service, force: boolean): void;
  /** By name or arn, whatever its status. */
  find(clusterArn: string, reference: string): Service | undefined;
  /** Throws `ServiceNotFoundException`, or `ServiceNotActiveException`. */
  active(clusterArn: string, reference: string): Service;
  list(): readonly Service[];
}

export function createServices(arnPrefix: string, definitions: TaskDefinitions, io: ServicePorts): Services {
  const services = new Map<string, Service>();
  const find = (clusterArn: string, reference: string) => {
    const cluster = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
    return services.get(`${cluster}/${reference.slice(reference.lastIndexOf("/") + 1)}`);
  };

  return {
    find,
    active(clusterArn, reference) {
      const service = find(clusterArn, reference);
      if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
      if (service.status !== "ACTIVE") throw new AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
      return service;
    },
    create(cluster, input, createdBy) {
      refuseDuplicate(find(cluster.arn, input.serviceName));
      if (input.taskDefinition === undefined)
        throw new AwsError("InvalidParameterException", "TaskDefinition can not be blank.");
      const definition = definitions.runnable(input.taskDefinition);
      const settings = settingsOf(input, definition.arn);
      checkLoadBalancers(settings, definition);
      const identity = {
        arn: `${arnPrefix}:service/${cluster.name}/${input.serviceName}`,
        name: input.serviceName,
        clusterArn: cluster.arn,
        createdAt: io.clock.now(),
        createdBy,
      };
      const service = new Service(identity, settings, input.tags satisfies readonly Tag[], io);
      services.set(`${cluster.name}/${input.serviceName}`, service);
      return service;
    },
    update(service, input) {
      const before = service.rollout.settings;
      const definition = definitions.runnable(input.taskDefinition ?? before.taskDefinitionArn);
      const after = settingsOf({ ...input, service: service.identity.name }, definition.arn, before);
      checkLoadBalancers(after, definition);
      if (input.forceNewDeployment || needsDeployment(before, after)) service.deploy(after);
      else service.configure(after);
    },
    delete(service, force) {
      if (!force && service.rollout.settings.desiredCount > 0)
        throw new AwsError("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.");
      service.drain();
    },
    list: () => [...services.values()],
  };
}

function refuseDuplicate(existing: Service | undefined): void {
  switch (existing?.status) {
    case "ACTIVE":
      throw new AwsError("InvalidParameterException", "Creation of service was not idempotent.");
    case "DRAINING":
      throw new AwsError("InvalidParameterException", "Unable to Start a service that is still Draining.");
    default:
      return;
  }
}

function checkLoadBalancers(settings: ServiceSettings, definition: TaskDefinition): void {
  for (const { containerName, containerPort } of settings.loadBalancers) {
    const container = definition.input.containerDefinitions.find(({ name }) => name === containerName);
    if (container === undefined)
      throw new AwsError(
        "InvalidParameterException",
        `The container ${containerName} does not exist in the task definition.`,
      );
    if (!container.portMappings.some((mapping) => mapping.containerPort === containerPort))
      throw new AwsError(
        "InvalidParameterException",
        `The container ${containerName} did not have a container port ${containerPort} defined.`,
      );
  }
}
