import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Service,
  StopTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Behaviour, SECRET, startEcsCloud, TARGET_GROUP, taskDefinition } from "./ecs-cloud.ts";

const cluster = "prod-mcp-cluster";
const cloud = await startEcsCloud();
const { client } = cloud;
beforeAll(() => client.send(new CreateClusterCommand({ clusterName: cluster })));
afterAll(() => cloud.close());

const patience = { timeout: 8_000, interval: 20 };
const loadBalancers = [{ targetGroupArn: TARGET_GROUP, containerName: "web", containerPort: 8000 }];

async function register(family: string, behaviour?: Behaviour): Promise<string> {
  const { taskDefinition: registered } = await client.send(
    new RegisterTaskDefinitionCommand(taskDefinition(family, behaviour)),
  );
  return registered?.taskDefinitionArn ?? "";
}

async function create(serviceName: string, overrides: Partial<CreateServiceCommandInput> = {}): Promise<void> {
  await client.send(
    new CreateServiceCommand({
      cluster,
      serviceName,
      taskDefinition: serviceName,
      desiredCount: 1,
      loadBalancers,
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: true, rollback: true },
        minimumHealthyPercent: 100,
        maximumPercent: 200,
      },
      ...overrides,
    }),
  );
}

const update = (service: string, change: Partial<UpdateServiceCommandInput>) =>
  client.send(new UpdateServiceCommand({ cluster, service, ...change }));

async function describeOne(service: string): Promise<Service> {
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const [found] = services;
  if (!found) throw new Error(`${service} is missing`);
  return found;
}

/** The service once it has one deployment, completed, with all its tasks. */
const steady = (name: string) =>
  vi.waitFor(async () => {
    const service = await describeOne(name);
    expect(service.deployments?.map(({ rolloutState }) => rolloutState)).toEqual(["COMPLETED"]);
    expect(service.runningCount).toBe(service.desiredCount);
    return service;
  }, patience);

async function tasksOf(serviceName: string, desiredStatus: "RUNNING" | "STOPPED" = "RUNNING") {
  const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, serviceName, desiredStatus }));
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks;
}

async function portOf(serviceName: string): Promise<number | undefined> {
  const [task] = await tasksOf(serviceName);
  return task?.containers?.[0]?.networkBindings?.[0]?.hostPort;
}

async function environmentOf(serviceName: string): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${await portOf(serviceName)}/env`);
  return Object.fromEntries(Object.entries(Object(await answer.json())).map(([key, value]) => [key, String(value)]));
}

describe("a service", { timeout: 20_000 }, () => {
  it("[ECS-4] runs its tasks, registered in its target group, and is steady soon", async () => {
    const definition = await register("steady");
    const started = performance.now();
    await create("steady", { desiredCount: 2 });
    const service = await steady("steady");
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(service).toMatchObject({ status: "ACTIVE", taskDefinition: definition, pendingCount: 0 });
    const tasks = await tasksOf("steady");
    const ports = tasks.map((task) => task.containers?.[0]?.networkBindings?.[0]?.hostPort);
    expect(cloud.targets.ports()).toEqual(expect.arrayContaining(ports));
    expect(new Set(ports).size).toBe(2);
    expect(tasks[0]).toMatchObject({
      lastStatus: "RUNNING",
      startedBy: service.deployments?.[0]?.id,
      group: "service:steady",
      startedAt: expect.any(Date),
    });
  });

  it("[SEC-5] gives a container its own environment, its secrets by key, and nothing of the operator's", async () => {
    vi.stubEnv("OPERATOR_SECRET", "leak");
    await register("environment", {
      environment: [{ name: "AUDIT_LOG_ENABLED", value: "true" }],
      secrets: [
        { name: "SPLUNK_HEC_TOKEN", valueFrom: `${SECRET}:SPLUNK_HEC_TOKEN::` },
        { name: "WHOLE", valueFrom: SECRET },
        { name: "PARAMETER", valueFrom: "arn:aws:ssm:us-east-1:573946584375:parameter/prod/mcp/x" },
      ],
    });
    await create("environment");
    await steady("environment");
    const environment = await environmentOf("environment");
    vi.unstubAllEnvs();
    const [task] = await tasksOf("environment");
    expect(environment).toMatchObject({
      AUDIT_LOG_ENABLED: "true",
      SPLUNK_HEC_TOKEN: "token-1",
      WHOLE: '{"SPLUNK_HEC_TOKEN":"token-1"}',
      PARAMETER: "value of /prod/mcp/x",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      AWS_ACCESS_KEY_ID: "arn:aws:iam::573946584375:role/task",
      AWS_SESSION_TOKEN: task?.taskArn?.split("/").at(-1),
      NODE_EXTRA_CA_CERTS: "/nonexistent/ca.pem",
      HOME: "/home/operator",
      PORT: String(await portOf("environment")),
    });
    expect(environment).not.toHaveProperty("OPERATOR_SECRET");
    const metadata = await fetch(`${environment.ECS_CONTAINER_METADATA_URI_V4}/task`);
    expect(await metadata.json()).toMatchObject({ TaskARN: task?.taskArn, KnownStatus: "RUNNING" });
    const tagged = await fetch(`${environment.ECS_CONTAINER_METADATA_URI_V4}/taskWithTags`);
    expect(await tagged.json()).toMatchObject({ TaskARN: task?.taskArn, TaskTags: {} });
    const stats = await fetch(`${environment.ECS_CONTAINER_METADATA_URI_V4}/task/stats`);
    expect(Object.values(Object(await stats.json()))).toMatchObject([{ name: "web" }]);
  });

  it("[ECS-2] writes its output to its log group", async () => {
    expect(cloud.lines).toContainEqual(expect.stringMatching(/^mcp\/web started as serve on \d+$/));
  });

  it("[ECS-8] rolls without ever having fewer healthy tasks than it should", async () => {
    await register("rolling");
    await create("rolling", { desiredCount: 2 });
    const before = await steady("rolling");
    const old = await tasksOf("rolling");
    cloud.targets.history.length = 0;
    const others = cloud.targets.ports().length - 2;
    cloud.targets.healthy.length = 0;
    await update("rolling", { forceNewDeployment: true });
    const during = await describeOne("rolling");
    expect(during.deployments?.map(({ status, rolloutState }) => `${status} ${rolloutState}`)).toEqual([
      "PRIMARY IN_PROGRESS",
      "ACTIVE COMPLETED",
    ]);
    const after = await steady("rolling");
    expect(Math.min(...cloud.targets.healthy) - others).toBe(2);
    expect(after.deployments?.[0]?.id).not.toBe(before.deployments?.[0]?.id);
    const order = cloud.targets.history.map((entry) => entry.split(" ")[0]);
    expect(order).toEqual(["register", "register", "deregister", "deregister"]);
    const kept = new Set((await tasksOf("rolling")).map(({ taskArn }) => taskArn));
    expect(old.some(({ taskArn }) => kept.has(taskArn))).toBe(false);
    const stopped = await tasksOf("rolling", "STOPPED");
    expect(stopped).toHaveLength(2);
    for (const task of stopped)
      expect(task).toMatchObject({
        lastStatus: "STOPPED",
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason: `Scaling activity initiated by (deployment ${before.deployments?.[0]?.id})`,
        containers: [{ exitCode: 0 }],
      });
    expect(cloud.lines).toContain("mcp/web stopped");
  });

  it.each([
    ["crashes", { behaviour: "crash" }],
    ["fails its health checks", { behaviour: "sick" }],
    ["has no command for this machine", { command: undefined }],
    ["names a program that is not there", { command: '["no-such-program"]' }],
    ["logs to a group that is not there", { logGroup: "/ecs/missing" }],
    ["lacks a key in its secret", { secrets: [{ name: "X", valueFrom: `${SECRET}:NO_SUCH_KEY::` }] }],
  ] satisfies [string, Behaviour][])(
    "[ECS-8] rolls back an update that %s; the old task serves on",
    async (what, bad) => {
      const name = `back-${what.split(" ").join("-")}`;
      const good = await register(name);
      await create(name);
      const completed = (await steady(name)).deployments?.[0]?.id;
      const port = await portOf(name);
      cloud.events.length = 0;
      const badDefinition = await register(name, bad);
      const { service } = await update(name, { taskDefinition: name });
      expect(service?.taskDefinition).toBe(badDefinition);
      const failing = service?.deployments?.[0]?.id;

      const events = () => cloud.events.filter(({ detailType }) => detailType === "ECS Deployment State Change");
      await vi.waitFor(() => expect(events()).toHaveLength(4), patience);
      const after = await steady(name);
      expect(after.taskDefinition).toBe(good);
      expect(after.deployments).toMatchObject([{ id: completed, status: "PRIMARY", rolloutState: "COMPLETED" }]);
      expect(cloud.targets.history).not.toContain(`deregister ${port}`);
      expect(events().map(({ detail }) => detail.eventName)).toEqual([
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_FAILED",
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
      ]);
      expect(events()[1]).toMatchObject({
        source: "aws.ecs",
        resources: [after.serviceArn],
        detail: {
          eventType: "ERROR",
          deploymentId: failing,
          reason: "ECS deployment circuit breaker: task failed to start.",
        },
      });
      expect(events()[2]?.detail.reason).toBe(
        `ECS deployment circuit breaker: rolling back to deploymentId ${completed}.`,
      );
    },
  );

  it("[AWS-10] rolls back by a named alarm, in ECS's words, and watches none that rings already", async () => {
    const name = "alarmed";
    const alarms = { alarmNames: ["errors"], enable: true, rollback: true };
    cloud.alarms.set("errors", { inAlarm: false, rangeMs: 100 });
    const good = await register(name);
    await create(name, { deploymentConfiguration: { alarms } });
    const first = await steady(name);
    expect(first.deploymentConfiguration?.alarms).toEqual(alarms);
    const completed = first.deployments?.[0]?.id;

    cloud.events.length = 0;
    cloud.alarms.set("errors", { inAlarm: false, rangeMs: 60_000 });
    await register(name);
    const { service } = await update(name, { taskDefinition: name });
    const failing = service?.deployments?.[0]?.id;
    const steadyState = expect.objectContaining({ detailType: "ECS Service Action" });
    await vi.waitFor(() => expect(cloud.events).toContainEqual(steadyState), patience);
    expect((await describeOne(name)).deployments?.[0]).toMatchObject({ id: failing, rolloutState: "IN_PROGRESS" });
    cloud.alarms.set("errors", { inAlarm: true, rangeMs: 60_000 });
    await vi.waitFor(async () => expect((await describeOne(name)).deployments).toHaveLength(1), patience);
    const after = await steady(name);
    expect(after).toMatchObject({
      taskDefinition: good,
      deployments: [{ id: completed, rolloutState: "COMPLETED" }],
    });
    const messages = (after.events ?? []).map(({ message }) => message);
    expect(messages).toContain(`(service ${name}) (deployment ${failing}) deployment failed: alarm detected.`);
    expect(messages).toContain(`(service ${name}) rolling back to deployment ${completed}.`);
    expect(cloud.events.find(({ detail }) => detail.eventName === "SERVICE_DEPLOYMENT_FAILED")?.detail).toMatchObject({
      eventType: "ERROR",
      deploymentId: failing,
      reason: "ECS deployment failed: alarm detected.",
    });

    const mended = await register(name);
    await update(name, { taskDefinition: name });
    await vi.waitFor(async () => expect((await steady(name)).taskDefinition).toBe(mended), patience);

    const { serviceDeployments = [] } = await client.send(
      new ListServiceDeploymentsCommand({ cluster, service: name }),
    );
    expect(serviceDeployments.map(({ status }) => status)).toEqual(["SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
    const serviceDeploymentArns = serviceDeployments.flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? []);
    const described = await client.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
    const [, undone, begun] = described.serviceDeployments ?? [];
    expect(undone).toMatchObject({
      alarms: { status: "TRIGGERED", triggeredAlarmNames: ["errors"] },
      rollback: { serviceRevisionArn: begun?.targetServiceRevision?.arn },
      sourceServiceRevisions: [{ arn: begun?.targetServiceRevision?.arn }],
    });
    const revisions = await client.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns: [begun?.targetServiceRevision?.arn ?? "", "gone"] }),
    );
    expect(revisions).toMatchObject({
      serviceRevisions: [{ taskDefinition: good, containerImages: [{ image: expect.any(String) }] }],
      failures: [{ arn: "gone", reason: "MISSING" }],
    });
  });

  it("[AWS-10] watches none during the first deployment", async () => {
    const name = "first-alarmed";
    cloud.alarms.set("first", { inAlarm: false, rangeMs: 600_000 });
    await register(name);
    await create(name, {
      deploymentConfiguration: { alarms: { alarmNames: ["first"], enable: true, rollback: true } },
    });
    expect((await steady(name)).deployments).toMatchObject([{ rolloutState: "COMPLETED" }]);
  });

  it("[REL-2] kills a task that needs more memory than it has, in ECS's words, and reports what the others use", async () => {
    await register("hungry", { behaviour: "eat" });
    await create("hungry");
    const [task] = await vi.waitFor(
      async () => {
        const stopped = await tasksOf("hungry", "STOPPED");
        expect(stopped).not.toEqual([]);
        return stopped;
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(task).toMatchObject({
      stopCode: "EssentialContainerExited",
      containers: [{ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }],
    });
    await update("hungry", { desiredCount: 0 });
    await register("modest");
    await create("modest");
    await vi.waitFor(() => {
      const used = cloud.usage.get("modest MemoryUtilization") ?? 0;
      expect(used).toBeGreaterThan(1);
      expect(used).toBeLessThan(50);
      expect(cloud.usage.has("modest CPUUtilization")).toBe(true);
    }, patience);
  });

  it("[STR-3] says in ECS's words why a task could not start", async () => {
    const stopped = async (name: string) => (await tasksOf(name, "STOPPED")).map((t) => [t.stopCode, t.stoppedReason]);
    expect(await stopped("back-lacks-a-key-in-its-secret")).toContainEqual([
      "TaskFailedToStart",
      expect.stringMatching(/^ResourceInitializationError: .*did not contain json key NO_SUCH_KEY/),
    ]);
    expect(await stopped("back-has-no-command-for-this-machine")).toContainEqual([
      "TaskFailedToStart",
      expect.stringMatching(/^CannotPullContainerError: .*`local\.command`/),
    ]);
    expect(await stopped("back-names-a-program-that-is-not-there")).toContainEqual([
      "TaskFailedToStart",
      expect.stringMatching(
        /^CannotStartContainerError: .*exec: "no-such-program": executable file not found in \$PATH: unknown$/,
      ),
    ]);
    expect(await stopped("back-logs-to-a-group-that-is-not-there")).toContainEqual([
      "TaskFailedToStart",
      expect.stringMatching(/^ResourceInitializationError: .*The specified log group does not exist/),
    ]);
    expect(await stopped("back-crashes")).toContainEqual([
      "EssentialContainerExited",
      "Essential container in task exited",
    ]);
    expect(await stopped("back-fails-its-health-checks")).toContainEqual([
      "ServiceSchedulerInitiated",
      `Task failed ELB health checks in (target-group ${TARGET_GROUP})`,
    ]);
  });

  it("replaces a task that is stopped or dies", async () => {
    await register("replaced");
    await create("replaced");
    await steady("replaced");
    const [task] = await tasksOf("replaced");
    await client.send(new StopTaskCommand({ cluster, task: task?.taskArn, reason: "by hand" }));
    const another = await vi.waitFor(async () => {
      const [now] = await tasksOf("replaced");
      expect(now?.lastStatus).toBe("RUNNING");
      expect(now?.taskArn).not.toBe(task?.taskArn);
      return now;
    }, patience);
    const stopped = await tasksOf("replaced", "STOPPED");
    expect(stopped).toMatchObject([{ stopCode: "UserInitiated", stoppedReason: "by hand" }]);
    const exec = cloud.ecs.exec;
    expect(() => exec(another?.taskArn ?? "", undefined, { command: "env", args: [] })).toThrow(/not enabled/);
  });

  it("keeps running when its target group is deleted", async () => {
    const targetGroupArn = `${TARGET_GROUP}-deleted`;
    await register("orphan");
    await create("orphan", { loadBalancers: [{ targetGroupArn, containerName: "web", containerPort: 8000 }] });
    await steady("orphan");
    cloud.targets.delete(targetGroupArn);
    await update("orphan", { desiredCount: 1 });
    expect(await steady("orphan")).toMatchObject({ status: "ACTIVE", runningCount: 1 });
  });

  it("[ECS-10] scales to zero and back", async () => {
    await register("zero");
    await create("zero");
    await steady("zero");
    await update("zero", { desiredCount: 0 });
    await vi.waitFor(async () => expect(await describeOne("zero")).toMatchObject({ runningCount: 0 }), patience);
    expect((await describeOne("zero")).status).toBe("ACTIVE");
    await update("zero", { desiredCount: 1 });
    expect((await steady("zero")).runningCount).toBe(1);
  });

  it("[MCP-6] runs containers that reach each other, and ends the one that depends on another before it", async () => {
    const {
      containerDefinitions: [web],
      ...definition
    } = taskDefinition("pair");
    const at = [
      { name: "BEHIND", value: "http://127.0.0.1:9000/mcp" },
      { name: "OTHER", value: "localhost:9001" },
    ];
    const front = {
      ...taskDefinition("pair", { environment: at }).containerDefinitions[0],
      name: "front",
      dependsOn: [{ containerName: "behind", condition: "START" as const }],
    };
    const behind = { ...web, name: "behind", portMappings: [{ containerPort: 9000 }] };
    await client.send(new RegisterTaskDefinitionCommand({ ...definition, containerDefinitions: [front, behind] }));
    const from = cloud.lines.length;
    await create("pair", {
      loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "front", containerPort: 8000 }],
    });
    await steady("pair");
    const port = cloud.targets.history.at(-1)?.split(" ")[1];
    // They have started; whether they listen is the health check's to find out, which there is none of here.
    const answer = (url: string) => vi.waitFor(() => fetch(url), patience);
    const environment = await (await answer(`http://127.0.0.1:${port}/`)).text();
    const [, address = ""] = /"BEHIND":"(http:\/\/127\.0\.0\.1:\d+)\/mcp"/.exec(environment) ?? [];
    expect(environment).toContain('"OTHER":"localhost:9001"');
    expect(await (await answer(address)).json()).toMatchObject({ PORT: new URL(address).port });
    await update("pair", { desiredCount: 0 });
    const words = () =>
      cloud.lines.slice(from).flatMap((line) => /^mcp\/(?:front|behind) (?:started|stopped)/.exec(line)?.[0] ?? []);
    await vi.waitFor(() => expect(words().filter((line) => line.endsWith("stopped"))).toHaveLength(2), patience);
    // Both were started before either said so: which of them says it first is not ours to promise.
    expect(words().slice(0, 2).toSorted()).toEqual(["mcp/behind started", "mcp/front started"]);
    expect(words().slice(2)).toEqual(["mcp/front stopped", "mcp/behind stopped"]);
  });

  it("[ECS-9] runs a command with a container's environment, secrets included", async () => {
    await register("exec", { secrets: [{ name: "TOKEN", valueFrom: `${SECRET}:SPLUNK_HEC_TOKEN::` }] });
    await create("exec", { enableExecuteCommand: true });
    await steady("exec");
    const [task] = await tasksOf("exec");
    const lines: string[] = [];
    const shell = cloud.ecs.exec(task?.taskArn ?? "", "web", {
      command: "sh",
      args: ["-c", "echo $TOKEN"],
      onLine: (line) => lines.push(line),
    });
    expect(await shell.exited).toEqual({ code: 0, signal: null });
    expect(lines).toEqual(["token-1"]);
  });

  it("reports each step of a task's life in order, in the shape of ECS's events", async () => {
    await register("life");
    await create("life");
    await steady("life");
    const [task] = await tasksOf("life");
    await client.send(new DeleteServiceCommand({ cluster, service: "life", force: true }));
    await vi.waitFor(async () => expect((await describeOne("life")).status).toBe("INACTIVE"), patience);
    const changes = cloud.events.filter(({ resources }) => resources[0] === task?.taskArn);
    expect(changes.map(({ detail }) => detail.lastStatus)).toEqual([
      "PROVISIONING",
      "PENDING",
      "RUNNING",
      "DEACTIVATING",
      "STOPPING",
      "DEPROVISIONING",
      "STOPPED",
    ]);
    expect(changes.map(({ detail }) => detail.version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(changes.at(-1)).toMatchObject({
      source: "aws.ecs",
      detailType: "ECS Task State Change",
      detail: { group: "service:life", desiredStatus: "STOPPED", stoppedAt: expect.stringMatching(/Z$/) },
    });
    const steadyStates = cloud.events.filter(({ detail }) => detail.eventName === "SERVICE_STEADY_STATE");
    expect(steadyStates.length).toBeGreaterThan(0);
  });
});

describe("a task without a service", { timeout: 20_000 }, () => {
  it("runs once, ends with its exit code, and is tagged", async () => {
    await register("once", { behaviour: "crash" });
    const tags = [{ key: "owner", value: "mcp" }];
    const { tasks = [] } = await client.send(new RunTaskCommand({ cluster, taskDefinition: "once", tags }));
    const resourceArn = tasks[0]?.taskArn ?? "";
    await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: "stage", value: "prod" }] }));
    const stopped = await vi.waitFor(async () => {
      const described = await client.send(new DescribeTasksCommand({ cluster, tasks: [resourceArn] }));
      expect(described.tasks?.[0]?.lastStatus).toBe("STOPPED");
      return described.tasks?.[0];
    }, patience);
    expect(stopped).toMatchObject({
      group: "family:once",
      stopCode: "EssentialContainerExited",
      containers: [{ exitCode: 3 }],
    });
    const listed = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(listed.tags).toEqual([...tags, { key: "stage", value: "prod" }]);
  });

  it("[AWS-10] has the lists that ECS answers empty, and none of those it leaves out", async () => {
    const registered = await client.send(
      new RegisterTaskDefinitionCommand({ family: "bare", containerDefinitions: [{ name: "a", image: "x" }] }),
    );
    expect(registered).not.toHaveProperty("tags");
    expect(registered.taskDefinition?.containerDefinitions).toEqual([
      {
        ...{ name: "a", image: "x", cpu: 0, essential: true },
        ...{ environment: [], mountPoints: [], portMappings: [], systemControls: [], volumesFrom: [] },
      },
    ]);
  });

  it("is refused when it needs what is not emulated", async () => {
    const overrides = { containerOverrides: [{ name: "web", command: ["x"] }] };
    await expect(client.send(new RunTaskCommand({ cluster, taskDefinition: "once", overrides }))).rejects.toThrow(
      "not emulated",
    );
    await expect(create("on-machines", { launchType: "EC2" })).rejects.toThrow("not emulated");
  });
});

describe("errors", () => {
  it.each([
    ["ClusterNotFoundException", () => client.send(new ListTasksCommand({ cluster: "none" }))],
    ["ServiceNotFoundException", () => update("none", {})],
    ["ServiceNotFoundException", () => client.send(new ListTasksCommand({ cluster, serviceName: "none" }))],
    ["ServiceNotActiveException", () => update("life", {})],
    ["ClientException", () => update("steady", { taskDefinition: "none:1" })],
    ["ClientException", () => client.send(new DescribeTaskDefinitionCommand({ taskDefinition: "none" }))],
    ["InvalidParameterException", () => create("steady")],
    ["InvalidParameterException", () => client.send(new DeleteServiceCommand({ cluster, service: "steady" }))],
    ["InvalidParameterException", () => client.send(new StopTaskCommand({ cluster, task: "none" }))],
    [
      "InvalidParameterException",
      () =>
        create("bad-port", { taskDefinition: "steady", loadBalancers: [{ ...loadBalancers[0], containerPort: 1 }] }),
    ],
    ["ClusterContainsServicesException", () => client.send(new DeleteClusterCommand({ cluster }))],
  ])("%s", async (name, call) => {
    await expect(call()).rejects.toMatchObject({ name });
  });

  it("reports what is missing without failing", async () => {
    const { failures } = await client.send(new DescribeServicesCommand({ cluster, services: ["none"] }));
    expect(failures).toEqual([
      { arn: "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/none", reason: "MISSING" },
    ]);
  });
});
