import { fileURLToPath } from "node:url";
import { ECSClient } from "@aws-sdk/client-ecs";
import { systemClock as clock } from "#endpoint/clock.ts";
import { AwsError } from "#endpoint/core/errors.ts";
import type { AlarmReading, BusEvent } from "#endpoint/core/ports.ts";
import type { ResourceContext } from "#endpoint/core/service.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { createEcs } from "#endpoint/services/ecs/service.ts";
import { LOCAL_COMMAND_LABEL } from "#endpoint/services/ecs/task-definitions.ts";
import { createLogs } from "#endpoint/services/logs/service.ts";
import { account, clientOptions, startCloud } from "../../core/cloud.ts";
import { createTargetGroups } from "./target-groups.ts";

const CONTAINER = fileURLToPath(new URL("./container.ts", import.meta.url));
export const TARGET_GROUP = `arn:aws:elasticloadbalancing:us-east-1:${account}:targetgroup/tg/1`;
export const SECRET = `arn:aws:secretsmanager:us-east-1:${account}:secret:/prod/mcp/splunk-AbCdEf`;

/** An endpoint with ECS and Logs behind its front door, and real processes behind its tasks. */
export async function startEcsCloud() {
  const place = { region: "us-east-1", account, endpointUrl: "http://127.0.0.1:4566" };
  const logs = createLogs({ place, clock, metrics: { put: () => undefined } });
  logs.write("/ecs/test", "made-before", []);
  const targets = createTargetGroups();
  const events: BusEvent[] = [];
  const lines: string[] = [];
  logs.subscribe(
    "/ecs/test",
    ({ message, stream }) => void lines.push(`${stream.split("/").slice(0, 2).join("/")} ${message}`),
  );
  const supervisor = createSupervisor();
  const secrets = new Map([["SPLUNK_HEC_TOKEN", "token-1"]]);
  const digests = new Map<string, string>();
  const alarms = createAlarms();
  const usage = new Map<string, number>();
  const ecs = await createEcs({
    place,
    clock,
    logs,
    supervisor,
    targets: targets.registry,
    alarms,
    metrics: { put: ({ metric, dimensions, value }) => void usage.set(`${dimensions.ServiceName} ${metric}`, value) },
    bus: { put: (event) => void events.push(event) },
    secrets: {
      read(secretId) {
        if (secretId !== SECRET)
          throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        return JSON.stringify(Object.fromEntries(secrets));
      },
    },
    parameters: { read: (name) => `value of ${name}` },
    credentials: {
      issue: (roleArn, sessionName) => ({
        accessKeyId: roleArn,
        secretAccessKey: "secret",
        sessionToken: sessionName,
      }),
    },
    images: { digestOf: (image) => digests.get(image) },
    projectRoot: import.meta.dirname,
    host: { path: process.env.PATH ?? "", home: "/home/operator" },
    extraEnvironment: {
      NODE_EXTRA_CA_CERTS: "/nonexistent/ca.pem",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
    },
  });
  const cloud = await startCloud([ecs.service, logs.service]);
  const { url } = cloud;
  const client = new ECSClient(clientOptions(cloud.url));
  return {
    client,
    url,
    ecs,
    targets,
    alarms,
    usage,
    events,
    lines,
    secrets,
    async close() {
      client.destroy();
      await ecs.service.stop?.();
      await supervisor.stopAll();
      await cloud.close();
    },
  };
}

/** Alarms that look at as long a time as the test says, and ring when it says so. */
function createAlarms() {
  const readings = new Map<string, AlarmReading>();
  const listeners = new Set<(name: string) => void>();
  return {
    read: (name: string) => readings.get(name),
    onChange(listener: (name: string) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(name: string, reading: AlarmReading) {
      readings.set(name, reading);
      for (const listener of listeners) listener(name);
    },
  };
}

export interface Behaviour {
  readonly behaviour?: "serve" | "crash" | "eat" | "sick";
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  readonly command?: string | undefined;
  readonly logGroup?: string;
}

/** What `RegisterTaskDefinition` takes for one container that behaves so. */
export function taskDefinition(family: string, { behaviour = "serve", ...container }: Behaviour = {}) {
  const label = "command" in container ? container.command : JSON.stringify([process.execPath, CONTAINER]);
  return {
    family,
    taskRoleArn: `arn:aws:iam::${account}:role/task`,
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc" as const,
    requiresCompatibilities: ["FARGATE" as const],
    containerDefinitions: [
      {
        name: "web",
        image: "mcp/workspace:latest",
        portMappings: [{ containerPort: 8000 }],
        environment: [{ name: "BEHAVIOUR", value: behaviour }, ...(container.environment ?? [])],
        ...(container.secrets && { secrets: [...container.secrets] }),
        ...(label !== undefined && { dockerLabels: { [LOCAL_COMMAND_LABEL]: label } }),
        stopTimeout: 5,
        logConfiguration: {
          logDriver: "awslogs" as const,
          options: {
            "awslogs-group": container.logGroup ?? "/ecs/test",
            "awslogs-region": "us-east-1",
            "awslogs-stream-prefix": "mcp",
          },
        },
      },
    ],
  };
}

export function resourceContext(logicalId: string): ResourceContext {
  return {
    region: "us-east-1",
    account,
    stackName: "prod-mcp",
    stackId: "arn",
    logicalId,
    stackTags: { stage: "prod" },
    signal: new AbortController().signal,
  };
}
