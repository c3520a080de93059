import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudFormationClient, GetTemplateCommand, paginateDescribeStackEvents } from "@aws-sdk/client-cloudformation";
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import type { FleetStage } from "../../stage/stage.ts";

/** One thing that people or machines can read. */
export interface Exhibit {
  readonly name: string;
  readonly text: string;
}

/** All that a fleet shows or keeps, except the values of its secrets. */
export async function gatherEvidence(stage: FleetStage): Promise<readonly Exhibit[]> {
  const all = await Promise.all([stackEvidence(stage), logEvidence(stage), taskEvidence(stage), fileEvidence(stage)]);
  return [
    ...all.flat(),
    { name: "the endpoint's journal", text: JSON.stringify(stage.cloud.journal.entries()) },
    { name: "the endpoint's log", text: stage.log.join("\n") },
  ];
}

async function stackEvidence({ client, cloud }: FleetStage): Promise<readonly Exhibit[]> {
  const cloudFormation = new CloudFormationClient(client);
  const exhibits = cloud.cloudFormation.stacks().map(async ({ name }) => {
    const { TemplateBody = "" } = await cloudFormation.send(new GetTemplateCommand({ StackName: name }));
    const exhibits = [{ name: `template of ${name}`, text: TemplateBody }];
    for await (const { StackEvents } of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: name })) {
      exhibits.push({ name: `events of ${name}`, text: JSON.stringify(StackEvents) });
    }
    return exhibits;
  });
  return (await Promise.all(exhibits)).flat();
}

async function logEvidence({ client }: FleetStage): Promise<readonly Exhibit[]> {
  const logs = new CloudWatchLogsClient(client);
  const exhibits: Exhibit[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {})) {
    for (const { logGroupName } of logGroups) {
      let text = "";
      for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
        text += events.map(({ message }) => `${message}\n`).join("");
      }
      exhibits.push({ name: `log group ${logGroupName}`, text });
    }
  }
  return exhibits;
}

async function taskEvidence({ client }: FleetStage): Promise<readonly Exhibit[]> {
  const ecs = new ECSClient(client);
  const cluster = "local-mcp-cluster";
  const exhibits: Exhibit[] = [];
  for await (const { taskDefinitionArns = [] } of paginateListTaskDefinitions({ client: ecs }, {})) {
    for (const taskDefinition of taskDefinitionArns) {
      const definition = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      exhibits.push({ name: taskDefinition, text: JSON.stringify(definition.taskDefinition) });
    }
  }
  for await (const { serviceArns = [] } of paginateListServices({ client: ecs }, { cluster })) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
    exhibits.push({ name: "services", text: JSON.stringify(services) });
  }
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster })) {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    exhibits.push({ name: "tasks", text: JSON.stringify(tasks) });
  }
  return exhibits;
}

/** What the fleet wrote into the project: the output of `sst`, its build, the state of the endpoint. */
async function fileEvidence({ project }: FleetStage): Promise<readonly Exhibit[]> {
  const written = [".mcp-fleet", ".sst"];
  const exhibits = written.map(async (folder) => {
    const entries = await readdir(join(project.folder, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(files.map(async (name) => ({ name, text: await readFile(name, "latin1") })));
  });
  return (await Promise.all(exhibits)).flat();
}
