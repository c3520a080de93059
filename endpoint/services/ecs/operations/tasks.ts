import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeTask } from "../description.ts";
import type { EcsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import { executableContainer } from "../tasks.ts";

const cluster = v.optional(v.string());
const tagList = v.optional(v.array(v.object({ key: v.string(), value: v.string() })), []);

const runTaskSchema = v.object({
  cluster,
  taskDefinition: v.string(),
  count: v.optional(v.pipe(numeric, v.integer(), v.minValue(1), v.maxValue(10)), 1),
  startedBy: v.optional(v.string()),
  group: v.optional(v.string()),
  enableExecuteCommand: v.optional(flag, false),
  overrides: v.optional(
    v.looseObject({
      containerOverrides: v.optional(
        v.pipe(v.array(v.unknown()), v.maxLength(0, "overrides are not emulated by the local endpoint")),
      ),
    }),
  ),
  tags: tagList,
});

const listTasksSchema = v.object({
  ...pageSchema,
  cluster,
  serviceName: v.optional(v.string()),
  family: v.optional(v.string()),
  startedBy: v.optional(v.string()),
  desiredStatus: v.optional(v.picklist(["RUNNING", "PENDING", "STOPPED"]), "RUNNING"),
});

const executeCommandSchema = v.object({
  cluster,
  task: v.string(),
  container: v.optional(v.string()),
  command: v.string(),
  interactive: v.optional(flag, false),
});

export function taskOperations(engine: EcsEngine): Operations {
  const { clusters, services, tasks, definitions, clock } = engine;

  return {
    RunTask: define(runTaskSchema, (input) => {
      const definition = definitions.runnable(input.taskDefinition);
      const request = {
        ...input,
        cluster: clusters.active(input.cluster),
        definition,
        group: input.group ?? `family:${definition.family}`,
        loadBalancers: [],
      };
      const { startedBy, ...rest } = request;
      const started = Array.from({ length: input.count }, () =>
        engine.runTask(startedBy === undefined ? rest : { ...rest, startedBy }),
      );
      return { tasks: started.map((task) => describeTask(task)), failures: [] };
    }),

    StopTask: define(v.object({ cluster, task: v.string(), reason: v.optional(v.string()) }), (input) => {
      const task = tasks.find(clusters.active(input.cluster).arn, input.task);
      if (task === undefined) throw new AwsError("InvalidParameterException", "The referenced task was not found.");
      void engine.stopTask(task, { code: "UserInitiated", reason: input.reason ?? "Task stopped by user" });
      return { task: describeTask(task) };
    }),

    ListTasks: define(listTasksSchema, (input) => {
      const { arn } = clusters.active(input.cluster);
      const service = input.serviceName === undefined ? undefined : services.find(arn, input.serviceName);
      if (input.serviceName !== undefined && service === undefined)
        throw new AwsError("ServiceNotFoundException", "Service not found.");
      // ECS never sets a task's desired status to PENDING: the filter finds nothing there either.
      const matching = tasks
        .list(clock.now())
        .filter((task) => task.clusterArn === arn && task.desiredStatus === input.desiredStatus)
        .filter((task) => service === undefined || task.group === `service:${service.identity.name}`)
        .filter((task) => input.family === undefined || task.definition.family === input.family)
        .filter((task) => input.startedBy === undefined || task.startedBy === input.startedBy);
      const { items, ...more } = page(matching, input);
      return { taskArns: items.map((task) => task.arn), ...more };
    }),

    DescribeTasks: define(v.object({ cluster, tasks: v.array(v.string()) }), (input) => {
      const { arn } = clusters.active(input.cluster);
      if (input.tasks.length === 0) throw new AwsError("InvalidParameterException", "Tasks cannot be empty.");
      if (input.tasks.length > 100)
        throw new AwsError("InvalidParameterException", "Tasks cannot have more than 100 elements.");
      const found = input.tasks.map((reference) => ({ reference, task: tasks.find(arn, reference) }));
      return {
        tasks: found.flatMap(({ task }) => (task ? [describeTask(task)] : [])),
        failures: found.flatMap(({ reference, task }) =>
          task ? [] : [{ arn: missingArn(arn, reference), reason: "MISSING" }],
        ),
      };
    }),

    ExecuteCommand: define(executeCommandSchema, (input) => {
      const { arn, configuration } = clusters.active(input.cluster);
      const task = tasks.find(arn, input.task);
      if (task === undefined) throw new AwsError("InvalidParameterException", "The referenced task was not found.");
      const { logging, logConfiguration } = configuration?.executeCommandConfiguration ?? {};
      const transcripts = logging === "OVERRIDE" ? logConfiguration?.cloudWatchLogGroupName : undefined;
      if (!input.interactive)
        throw new AwsError("InvalidParameterException", "Interactive is the only mode supported currently.");
      const container = executableContainer(task, input.container);
      return {
        clusterArn: task.clusterArn,
        containerArn: container.arn,
        containerName: container.name,
        interactive: true,
        session: engine.openSession(container, input.command, transcripts),
        taskArn: task.arn,
      };
    }),
  };
}

function missingArn(clusterArn: string, reference: string): string {
  return reference.startsWith("arn:") ? reference : `${clusterArn.replace(":cluster/", ":task/")}/${reference}`;
}
