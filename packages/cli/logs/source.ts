import { CloudWatchLogsClient, type FilteredLogEvent, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { readFailedTasks } from "#evidence/failed-task.ts";
import { names, type ServicePlan } from "#fleet";
import { isAwsError, notDeployed } from "../aws.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";

/** A line of a service's log. */
export interface LogEvent {
  readonly id: string;
  readonly service: ServicePlan;
  readonly task: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface Source {
  readonly services: readonly ServicePlan[];
  /** CloudWatch's filter pattern. */
  readonly filter: string | undefined;
  /** The task, or the start of its id; of any if absent. */
  readonly task: string | undefined;
}

/** FilterLogEvents takes five requests a second in most regions, of the whole account. */
const atOnce = 3;

/** Events since a time, of all services, the oldest first. Throws `Failure` where one has no log. */
export async function readEvents(stage: Stage, source: Source, from: number): Promise<readonly LogEvent[]> {
  const found: LogEvent[] = [];
  const left = [...source.services];
  const work = async () => {
    for (let service = left.shift(); service !== undefined && !stage.signal.aborted; service = left.shift())
      found.push(...(await readService(stage, source, service, from)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.toSorted((one, other) => one.at - other.at);
}

async function readService(
  { aws, plan, signal }: Stage,
  { filter, task, services }: Source,
  service: ServicePlan,
  from: number,
): Promise<readonly LogEvent[]> {
  const found: FilteredLogEvent[] = [];
  const input = {
    logGroupName: names.logGroup(plan.stage, service.key),
    startTime: from,
    ...(filter !== undefined && { filterPattern: filter }),
    ...(task !== undefined && service.behind === undefined && { logStreamNamePrefix: `ecs/${service.key}/${task}` }),
  };
  try {
    for await (const page of paginateFilterLogEvents({ client: aws.client(CloudWatchLogsClient) }, input)) {
      const events = page.events ?? [];
      // Of a task with two containers each has a stream, and one prefix cannot be both.
      found.push(...events.filter(({ logStreamName = "" }) => logStreamName.includes(`/${task ?? ""}`)));
      if (signal.aborted) break;
    }
  } catch (error) {
    if (isAwsError(error, "ResourceNotFoundException")) {
      // Among several, one that a deploy is yet to create has simply nothing to say.
      if (services.length > 1) return [];
      throw new Failure(notDeployed(plan));
    }
    if (isAwsError(error, "InvalidParameterException") && filter !== undefined)
      throw new UsageError(`--filter ${filter}: ${error.message}`);
    throw error;
  }
  return found.map(({ eventId = "", timestamp = 0, logStreamName = "", message = "" }) => ({
    id: eventId,
    service,
    task: logStreamName.slice(logStreamName.lastIndexOf("/") + 1),
    at: timestamp,
    text: message,
  }));
}

/** The task of these services that failed last. Throws `Failure` if ECS remembers none. */
export async function findPrevious(
  { aws, plan }: Stage,
  services: readonly ServicePlan[],
): Promise<Pick<Source, "services" | "task">> {
  const ecs = aws.client(ECSClient);
  const [only, ...others] = services;
  const failed = await readFailedTasks(ecs, plan, others.length === 0 ? only : undefined);
  for (const { service: key, id } of failed) {
    const service = services.find((one) => one.key === key);
    if (service !== undefined) return { services: [service], task: id };
  }
  const whose = others.length === 0 && only !== undefined ? `of ${only.key} ` : "";
  throw new Failure(`No task ${whose}failed in the last hour, and ECS remembers no longer: omit --previous.`);
}
