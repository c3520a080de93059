import { DescribeServicesCommand, type ECSClient, type ServiceEvent } from "@aws-sdk/client-ecs";
import { names, type ServicePlan, type StagePlan, secretsIn } from "#fleet";
import { nextMemory } from "#fleet/fargate.ts";
import type { FailedTask } from "./failed-task.ts";
import { printable } from "./printable.ts";

/** Why a task failed, distinguished by what has to be fixed. */
export type Cause =
  | { readonly kind: "exited"; readonly code: number; readonly detail: string | undefined }
  | { readonly kind: "unhealthy"; readonly detail: string }
  | { readonly kind: "not-started"; readonly detail: string };

/** @param checked what the health checks found, if the service's events still show it */
export function causeOf({ stopCode, reason, exitCode, containerReason }: FailedTask, checked?: string): Cause {
  if (stopCode === "ServiceSchedulerInitiated") return { kind: "unhealthy", detail: checked ?? printable(reason) };
  if (stopCode === "TaskFailedToStart" || exitCode === undefined)
    return { kind: "not-started", detail: printable(containerReason || reason || "ECS gives no reason.") };
  return { kind: "exited", code: exitCode, detail: containerReason && printable(containerReason) };
}

const outOfMemory = "OutOfMemoryError";

/** In a few words, such as `exit code 1` or `health check failed: GET /health gave 500`. */
export function describeCause(cause: Cause, { health, memory }: ServicePlan): string {
  switch (cause.kind) {
    case "exited":
      if (cause.detail?.includes(outOfMemory)) return `it ran out of memory (${memory} MiB)`;
      return [`exit code ${cause.code}`, cause.detail ?? exitWords.get(cause.code)].filter(Boolean).join(": ");
    case "unhealthy":
      return `health check failed: GET ${health.path} ${found(cause.detail, health.codes)}`;
    case "not-started":
      return essenceOf(cause.detail);
  }
}

/** ECS's agent wraps the part that matters in messages of each of its layers. */
function essenceOf(detail: string): string {
  const key = missingKey.exec(detail)?.[1];
  if (key !== undefined) return `the secret has no key ${key}`;
  return /unable to start container process: (.+?)(?:: unknown)?$/.exec(detail)?.[1] ?? detail;
}

const missingKey = /did not contain json key (\S+)/;

/** As shells count: 128 and the signal's number. */
const exitWords = new Map([
  [0, "it ended by itself, but a server has to keep running"],
  [126, "its command cannot be run"],
  [127, "a command was not found"],
  [137, "it was killed: out of memory, or it did not stop in time"],
  [139, "segmentation fault"],
  [143, "it was asked to stop"],
]);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
function found(detail: string, wanted: string): string {
  const codes = /failed with these codes: \[([\d, ]+)\]/.exec(detail)?.[1];
  if (codes !== undefined) return `gave ${codes}, expected ${wanted}`;
  if (/timed out/i.test(detail)) return "gave no answer in time";
  return "got no answer";
}

/** ECS's words, with the name of a target group for its address. */
export function describeReason({ reason }: FailedTask): string {
  return printable(reason).replace(/arn:[^\s)]+:targetgroup\/([^\s/)]+)\/\w+/g, "$1");
}

/** What fixes it, in a sentence; nothing if only the task's own output can show that. */
export function remedyOf(cause: Cause, service: ServicePlan, { stage, runsOn }: StagePlan): string | undefined {
  const port = runsOn === "loopback" ? "the port in $PORT" : `port ${service.port} on 0.0.0.0`;
  switch (cause.kind) {
    case "exited": {
      const next = cause.detail?.includes(outOfMemory) ? nextMemory(service) : undefined;
      return next && `Give it the next size in the map: cpu: ${next.cpu}, memory: ${next.memory}.`;
    }
    case "unhealthy":
      return `It must listen on ${port} and answer its health check: healthPath and healthCodes in the map.`;
    case "not-started": {
      const key = missingKey.exec(cause.detail)?.[1];
      const secret = secretsIn(service).find((one) => one.key === key)?.secret;
      if (secret !== undefined) return `./fleet secrets set ${secret} ${key} --stage ${stage}, then deploy again.`;
      if (/executable file not found|no such file or directory/.test(cause.detail))
        return runsOn === "loopback"
          ? "Name a program that is on the PATH here in the map's local.command, or install it."
          : undefined;
      return runsOn === "aws" && cause.detail.includes("CannotPullContainer")
        ? "Push the image, or correct `image` in the map."
        : undefined;
    }
  }
}

/**
 * What the health checks of a task found: its targets are gone with it, but the service's events show them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export async function readHealthFinding(
  ecs: ECSClient,
  { stage }: StagePlan,
  { key }: ServicePlan,
  task: FailedTask,
): Promise<string | undefined> {
  if (task.stopCode !== "ServiceSchedulerInitiated") return undefined;
  const command = new DescribeServicesCommand({ cluster: names.cluster(stage), services: [names.service(stage, key)] });
  const { services } = await ecs.send(command);
  return healthFindingIn(services?.[0]?.events ?? [], task);
}

/** As `readHealthFinding`, from events already read. */
export function healthFindingIn(events: readonly ServiceEvent[], task: FailedTask): string | undefined {
  const messages = events.flatMap(({ message }) => message ?? []);
  const about = messages.filter((message) => message.includes("is unhealthy in"));
  const found = about.find((message) => message.includes(task.id)) ?? about[0];
  return /\(reason (.+)\)\.?$/.exec(found ?? "")?.[1];
}
