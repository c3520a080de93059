import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, type FilteredLogEvent, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { names, type ServicePlan } from "#fleet";
import { explainAws, isAwsError, isPassing, notDeployed } from "../aws.ts";
import { formatDuration } from "../duration.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { Paint } from "../terminal.ts";
import { pollMs } from "../wait.ts";

export interface Tail {
  readonly service: ServicePlan;
  readonly sinceMs: number;
  readonly filter: string | undefined;
  readonly follow: boolean;
  readonly format: "text" | "json";
}

/** Events may arrive this late, after newer ones of other tasks: each look reaches back this far. */
const lateMs = 10_000;

/** Prints a service's log, and with `follow` keeps printing new lines until Ctrl-C. */
export async function tailLogs(stage: Stage, tail: Tail): Promise<void> {
  const { terminal, signal, plan } = stage;
  const unseen = createUnseen();
  let from = Date.now() - tail.sinceMs;
  if (tail.follow && terminal.interactive) terminal.note(terminal.paint.dim("Following the log; Ctrl-C ends it."));
  const show = (events: readonly FilteredLogEvent[]) => {
    for (const event of unseen.take(events))
      terminal.print(tail.format === "json" ? jsonLine(event) : textLine(event, terminal.paint));
  };
  show(await readEvents(stage, tail, from));
  while (tail.follow && !signal.aborted) {
    from = Math.max(from, unseen.newest() - lateMs);
    await sleep(pollMs(plan), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) show(await readAnyway(stage, tail, from));
  }
  if (unseen.newest() === 0 && !tail.follow) terminal.note(emptyText(tail));
}

/** A failed look loses nothing: the next one begins where the last successful one ended, so following continues. */
async function readAnyway(stage: Stage, tail: Tail, from: number): Promise<readonly FilteredLogEvent[]> {
  const { terminal, signal, plan } = stage;
  try {
    return await readEvents(stage, tail, from);
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    terminal.progress(`${explainAws(error, plan)} Lines continue when it is back; Ctrl-C ends it.`);
    return [];
  }
}

const dayMs = 86_400_000;

function emptyText({ service: { key }, sinceMs, filter }: Tail): string {
  const what = `${key} wrote nothing${filter === undefined ? "" : " that matches --filter"} in the last ${formatDuration(sinceMs)}`;
  return sinceMs < dayMs ? `${what}: try --since 1d.` : `${what}: fleet status shows whether it runs.`;
}

/** Looks overlap: this lets each event through once, and forgets those no longer found. */
function createUnseen() {
  const seen = new Map<string, number>();
  let newest = 0;
  return {
    newest: () => newest,
    take(events: readonly FilteredLogEvent[]): readonly FilteredLogEvent[] {
      const fresh = events.filter(({ eventId = "" }) => !seen.has(eventId));
      for (const { eventId = "", timestamp = 0 } of fresh) {
        seen.set(eventId, timestamp);
        newest = Math.max(newest, timestamp);
      }
      for (const [id, timestamp] of seen) if (timestamp < newest - lateMs) seen.delete(id);
      return fresh;
    },
  };
}

async function readEvents({ aws, plan, signal }: Stage, tail: Tail, from: number): Promise<FilteredLogEvent[]> {
  const events: FilteredLogEvent[] = [];
  const input = {
    logGroupName: names.logGroup(plan.stage, tail.service.key),
    startTime: from,
    ...(tail.filter !== undefined && { filterPattern: tail.filter }),
  };
  try {
    for await (const page of paginateFilterLogEvents({ client: aws.client(CloudWatchLogsClient) }, input)) {
      events.push(...(page.events ?? []));
      if (signal.aborted) break;
    }
  } catch (error) {
    if (isAwsError(error, "ResourceNotFoundException")) throw new Failure(notDeployed(plan));
    if (isAwsError(error, "InvalidParameterException") && tail.filter !== undefined)
      throw new UsageError(`--filter ${tail.filter}: ${error.message}`);
    throw error;
  }
  return events.toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
}

function textLine({ timestamp = 0, logStreamName = "", message = "" }: FilteredLogEvent, paint: Paint): string {
  const time = new Date(timestamp).toISOString().slice(0, 19).replace("T", " ");
  const head = `${time}Z ${taskOf(logStreamName).slice(0, 8)}`;
  // Further lines of an event are indented under its first, so that none looks like an event of its own.
  return `${paint.dim(head)} ${message.trimEnd().replaceAll("\n", `\n${" ".repeat(head.length + 1)}`)}`;
}

function jsonLine({ timestamp = 0, logStreamName = "", message = "" }: FilteredLogEvent): string {
  return JSON.stringify({ time: new Date(timestamp).toISOString(), task: taskOf(logStreamName), message });
}

/** Streams are named `ecs/<container>/<task id>`. */
function taskOf(stream: string): string {
  return stream.slice(stream.lastIndexOf("/") + 1);
}
