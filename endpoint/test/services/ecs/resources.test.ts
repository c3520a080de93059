import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type Service } from "@aws-sdk/client-ecs";
import { afterAll, describe, expect, it } from "vitest";
import type { Properties, ResourceProvider } from "#endpoint/core/service.ts";
import { type Behaviour, resourceContext, startEcsCloud, TARGET_GROUP, taskDefinition } from "./ecs-cloud.ts";

const cloud = await startEcsCloud();
const { client } = cloud;
afterAll(() => cloud.close());

function provider(type: string): ResourceProvider {
  const found = cloud.ecs.service.resources?.[type];
  if (!found) throw new Error(`no provider for ${type}`);
  return found;
}

const cluster = await provider("AWS::ECS::Cluster").create({ ClusterName: "stack" }, resourceContext("Cluster"));

/** What a template says: the API's fields with a capital first letter, except inside maps. */
function definitionProperties(behaviour?: Behaviour): Properties {
  const [container] = taskDefinition("web", behaviour).containerDefinitions;
  return {
    Family: "web",
    Cpu: "256",
    Memory: "512",
    NetworkMode: "awsvpc",
    ContainerDefinitions: [
      {
        Name: "web",
        Image: "mcp/workspace:latest",
        Essential: true,
        PortMappings: [{ ContainerPort: "8000" }],
        Environment: container?.environment.map(({ name, value }) => ({ Name: name, Value: value })),
        DockerLabels: container?.dockerLabels,
        LogConfiguration: { LogDriver: "awslogs", Options: container?.logConfiguration.options },
      },
    ],
    Tags: [{ Key: "owner", Value: "mcp" }],
  };
}

async function define(behaviour?: Behaviour): Promise<string> {
  const state = await provider("AWS::ECS::TaskDefinition").create(
    definitionProperties(behaviour),
    resourceContext("Definition"),
  );
  return state.physicalId;
}

const serviceProperties = (TaskDefinition: string, overrides: Properties = {}): Properties => ({
  Cluster: cluster.physicalId,
  ServiceName: "web",
  TaskDefinition,
  DesiredCount: "1",
  LoadBalancers: [{ TargetGroupArn: TARGET_GROUP, ContainerName: "web", ContainerPort: 8000 }],
  DeploymentConfiguration: {
    DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    MaximumPercent: 200,
    MinimumHealthyPercent: 100,
  },
  EnableExecuteCommand: "true",
  ...overrides,
});

async function describeService(name = "web"): Promise<Service | undefined> {
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster: "stack", services: [name] }));
  return services[0];
}

describe("a stack's ECS resources", { timeout: 20_000 }, () => {
  const service = provider("AWS::ECS::Service");
  const context = resourceContext("Service");

  it("[ECS-3] registers a task definition whose Ref is the ARN with its revision", async () => {
    const arn = await define();
    expect(arn).toMatch(/:task-definition\/web:\d+$/);
    const { taskDefinition: described, tags } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }),
    );
    expect(described?.containerDefinitions?.[0]).toMatchObject({
      logConfiguration: { options: { "awslogs-group": "/ecs/test" } },
      portMappings: [{ containerPort: 8000 }],
    });
    expect(tags).toEqual([
      { key: "stage", value: "prod" },
      { key: "owner", value: "mcp" },
    ]);
  });

  it("[ECS-8] waits until the service is steady, and fails the update when the circuit breaker trips", async () => {
    const good = await define();
    const properties = serviceProperties(good);
    const state = await service.create(properties, context);
    expect(state).toEqual({
      physicalId: "arn:aws:ecs:us-east-1:573946584375:service/stack/web",
      attributes: { ServiceArn: state.physicalId, Name: "web" },
    });
    expect(await describeService()).toMatchObject({ runningCount: 1, deployments: [{ rolloutState: "COMPLETED" }] });

    const bad = serviceProperties(await define({ behaviour: "crash" }));
    await expect(service.update(state, bad, properties, context)).rejects.toThrow(
      "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'",
    );
    // The stack's own rollback: back to the properties before.
    await service.update(state, properties, bad, context);
    expect(await describeService()).toMatchObject({ taskDefinition: good, runningCount: 1 });

    await service.update(state, serviceProperties(good, { DesiredCount: 0 }), properties, context);
    expect(await describeService()).toMatchObject({ runningCount: 0 });

    await service.delete(state, properties, context);
    await service.delete(state, properties, context);
    expect(await describeService()).toMatchObject({ status: "INACTIVE" });
    expect(cloud.targets.ports()).toEqual([]);
  });

  it("fails the creation of a service that never works, and can be deleted then", async () => {
    const properties = serviceProperties(await define({ command: undefined }), { ServiceName: "broken" });
    // No more than that, as on AWS: what became of the tasks is for ECS to say.
    await expect(service.create(properties, context)).rejects.toThrow(/Circuit Breaker was triggered'\.$/);
    const physicalId = (await describeService("broken"))?.serviceArn ?? "";
    await service.delete({ physicalId, attributes: {} }, properties, context);
    expect(await describeService("broken")).toMatchObject({ status: "INACTIVE" });
  });

  it("gives up waiting when the stack operation is given up", async () => {
    const properties = serviceProperties(await define({ behaviour: "sick" }), {
      ServiceName: "endless",
      HealthCheckGracePeriodSeconds: 3_600,
    });
    const giveUp = new AbortController();
    const created = service.create(properties, { ...context, signal: giveUp.signal });
    giveUp.abort();
    await expect(created).rejects.toMatchObject({ name: "NotStabilized" });
    await service.delete({ physicalId: "endless", attributes: {} }, properties, context);
  });

  it("deletes the cluster once it is empty, twice without complaint", async () => {
    const clusters = provider("AWS::ECS::Cluster");
    await clusters.delete(cluster, {}, resourceContext("Cluster"));
    await clusters.delete(cluster, {}, resourceContext("Cluster"));
  });
});
