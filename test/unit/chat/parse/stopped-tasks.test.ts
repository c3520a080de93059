import { describe, expect, it } from "vitest";
import { cardOf } from "#chat/card/card.ts";
import { noFindings } from "#chat/card/enrichment.ts";
import { decide } from "#chat/decide/decide.ts";
import { headlineOf } from "#chat/incident/headline.ts";
import { parse } from "#chat/parse/index.ts";
import { emptyRecord } from "#chat/record/record.ts";
import { busEvent } from "../../../fixture/arrivals.ts";

const taskArn = "arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/0a1b";
const stopped = (detail: object) => {
  const task = { taskArn, group: "service:prod-mcp-wiki", lastStatus: "STOPPED", containers: [], ...detail };
  return parse(busEvent("ECS Task State Change", "aws.ecs", task, [taskArn]), 0);
};
const headlineFor = (detail: object) => {
  const parsed = stopped(detail);
  return parsed.kind === "incident" ? headlineOf(parsed.incident) : parsed.kind;
};

const asm = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf";
const layers =
  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): ";

describe("a task that ECS stopped", () => {
  it.each([
    [
      "failed health checks of the balancer",
      {
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason: "Task failed ELB health checks in (target-group tg/prod-mcp-wiki-tg/1)",
      },
      "A task was killed: it failed ELB health checks in (target-group tg/prod-mcp-wiki-tg/1)",
    ],
    [
      "failed health checks of its container",
      { stopCode: "ServiceSchedulerInitiated", stoppedReason: "Task failed container health checks" },
      "A task was killed: it failed container health checks",
    ],
    [
      "out of memory",
      {
        stopCode: "EssentialContainerExited",
        containers: [{ name: "wiki", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }],
      },
      "A task ran out of memory: wiki exited with code 137, OutOfMemoryError: Container killed due to memory usage",
    ],
    [
      "out of memory, with exit code 0",
      {
        stopCode: "EssentialContainerExited",
        containers: [{ name: "wiki", exitCode: 0, reason: "OutOfMemoryError: container killed" }],
      },
      "A task ran out of memory: wiki exited with code 0, OutOfMemoryError: container killed",
    ],
    [
      "maintenance",
      {
        stopCode: "UserInitiated",
        stoppedReason: "ECS is performing maintenance on the underlying infrastructure hosting the task.",
      },
      "A task was stopped for maintenance of its host",
    ],
    [
      "a key that its secret lacks",
      {
        stopCode: "TaskFailedToStart",
        stoppedReason: `${layers}retrieved secret from Secrets Manager did not contain json key SPLUNK_HEC_TOKEN: ${asm}`,
      },
      "A task failed to start: the secret splunk has no key SPLUNK_HEC_TOKEN",
    ],
    [
      "a permission that is missing",
      {
        stopCode: "TaskFailedToStart",
        stoppedReason: `${layers}AccessDeniedException: User: arn:aws:sts::573946584375:assumed-role/exec/1 is not authorized to perform: secretsmanager:GetSecretValue on resource: ${asm} because no policy allows it`,
      },
      `A task failed to start: not allowed: secretsmanager:GetSecretValue on ${asm}`,
    ],
    [
      "its container's own reason",
      {
        stopCode: "TaskFailedToStart",
        stoppedReason: "",
        containers: [
          {
            name: "wiki",
            reason: "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found",
          },
        ],
      },
      "A task failed to start: CannotPullContainerError: pull image manifest has been retried 5 time(s): not found",
    ],
    [
      "an image that is not there",
      {
        stopCode: "TaskFailedToStart",
        stoppedReason:
          "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/wiki:v9: 573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/wiki:v9: not found",
      },
      "A task failed to start: image 573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/wiki:v9: not found",
    ],
    [
      "a registry that had enough",
      {
        stopCode: "TaskFailedToStart",
        stoppedReason: `CannotPullContainerError: ${"failed to copy: ".repeat(9)}429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
      },
      "A task failed to start: the registry's pull rate limit is reached",
    ],
  ])("[CHAT-10] says why: %s", (_, detail, headline) => {
    expect(headlineFor(detail)).toBe(headline);
  });

  it("[CHAT-10] keeps the end of a reason that nobody knows, in which the word stands that matters", () => {
    const stoppedReason = `${layers.repeat(4)}no route to host 10.0.0.7`;
    expect(headlineFor({ stopCode: "TaskFailedToStart", stoppedReason })).toMatch(/no route to host 10\.0\.0\.7$/);
  });

  it("[CHAT-10] [CHAT-7] has a title that keeps that end, and no line that says the same again", () => {
    const stoppedReason = `${layers}failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.`;
    const parsed = stopped({ stopCode: "TaskFailedToStart", stoppedReason });
    if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
    const { incident } = parsed;
    const policy = { now: 0, repeatAfterMs: 1, isMuted: () => false, endingOf: () => undefined, isRouted: () => true };
    const { message } = decide(emptyRecord, [incident], policy);
    const group = "a_service_with_a_name_of_32_chars";
    const card = message && cardOf(message, group, noFindings, { stage: "prod", region: "us-east-1" }, 0);
    expect([card?.title.endsWith("The specified log group does not exist."), card?.lines]).toEqual([true, []]);
  });

  it("[CHAT-10] because somebody scaled or deployed is no news", () => {
    for (const stopCode of ["UserInitiated", "ServiceSchedulerInitiated"])
      expect(stopped({ stopCode, stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)" }).kind).toBe(
        "ignored",
      );
  });
});

describe("what keeps a service from running its tasks", () => {
  const arn = "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-wiki";
  const action = (eventName: string, eventType: string, reason?: string) => {
    const parsed = parse(
      busEvent("ECS Service Action", "aws.ecs", { eventName, eventType, reason, clusterArn: "c" }, [arn]),
      0,
    );
    if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
    const { incident } = parsed;
    return [headlineOf(incident), incident.phase, incident.service];
  };

  it("[CHAT-10] is told with its reason, and lasts until the service is steady", () => {
    expect(action("SERVICE_TASK_PLACEMENT_FAILURE", "ERROR", "RESOURCE:MEMORY")).toEqual([
      "A task could not be placed: not enough memory",
      "firing",
      "wiki",
    ]);
    expect(action("SERVICE_TASK_START_IMPAIRED", "WARN")).toEqual([
      "Its tasks keep failing to start",
      "firing",
      "wiki",
    ]);
    expect(action("SERVICE_STEADY_STATE", "INFO")[1]).toBe("resolved");
  });
});

it("[CHAT-10] a deployment that neither failed nor completed ends nothing", () => {
  const service = "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-wiki";
  const detail = { eventName: "SERVICE_DEPLOYMENT_PAUSED", deploymentId: "ecs-svc/1" };
  expect(parse(busEvent("ECS Deployment State Change", "aws.ecs", detail, [service]), 0).kind).toBe("ignored");
});
