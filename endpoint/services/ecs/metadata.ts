import { createServer } from "node:http";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import type { Container, Task } from "./model.ts";
import { definitionOf } from "./tasks.ts";

/** What `ECS_CONTAINER_METADATA_URI_V4` leads to. */
export interface MetadataServer {
  publish(task: Task): void;
  uri(container: Container): string;
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html */
export async function startMetadataServer(): Promise<MetadataServer> {
  const containers = new Map<string, { readonly task: Task; readonly container: Container }>();
  const answerer = behindDoor((request, response) => {
    const [, version, id = "", ...resource] = (request.url ?? "").split("/");
    const found = containers.get(id);
    const body = found && version === "v4" ? answer(found.task, found.container, resource.join("/")) : undefined;
    response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
  });
  const server = createServer(answerer);
  const port = await listenOnLoopback(server);

  return {
    publish(task) {
      for (const [id, { task: known }] of containers) if (known.lastStatus === "STOPPED") containers.delete(id);
      for (const container of task.containers) containers.set(container.runtimeId, { task, container });
    },
    uri: (container) => `http://127.0.0.1:${port}/v4/${container.runtimeId}`,
    close: () => closeServer(server),
  };
}

function answer(task: Task, container: Container, resource: string) {
  switch (resource) {
    case "":
      return containerMetadata(task, container);
    case "stats":
      return containerStats(container);
    case "task":
      return taskMetadata(task);
    case "task/stats":
      return Object.fromEntries(task.containers.map((one) => [one.runtimeId, containerStats(one)]));
    case "taskWithTags":
      return { ...taskMetadata(task), TaskTags: Object.fromEntries(task.tags.map(({ key, value }) => [key, value])) };
    default:
      return undefined;
  }
}

/** In Docker's shape, without figures: a process is not measured. */
function containerStats({ runtimeId, name }: Container) {
  return { id: runtimeId, name, read: new Date().toISOString(), cpu_stats: {}, memory_stats: {}, networks: {} };
}

function taskMetadata(task: Task) {
  return {
    Cluster: task.clusterArn,
    ServiceName: task.group.replace(/^service:/, ""),
    TaskARN: task.arn,
    Family: task.definition.family,
    Revision: String(task.definition.revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    LaunchType: "FARGATE",
    AvailabilityZone: "local",
    Containers: task.containers.map((container) => containerMetadata(task, container)),
  };
}

function containerMetadata(task: Task, container: Container) {
  const labels = {
    ...definitionOf(task, container).dockerLabels,
    "com.amazonaws.ecs.cluster": task.clusterArn,
    "com.amazonaws.ecs.container-name": container.name,
    "com.amazonaws.ecs.task-arn": task.arn,
    "com.amazonaws.ecs.task-definition-family": task.definition.family,
    "com.amazonaws.ecs.task-definition-version": String(task.definition.revision),
  };
  return {
    DockerId: container.runtimeId,
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    Labels: labels,
    DesiredStatus: task.desiredStatus,
    KnownStatus: container.lastStatus,
    Type: "NORMAL",
    Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: ["127.0.0.1"] }],
    ContainerARN: container.arn,
  };
}
