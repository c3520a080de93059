import type { ServicePlan } from "#fleet";
import { names } from "#fleet";
import { notDeployed } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { describeServices } from "../status/read.ts";
import { columns, fold } from "../table.ts";

export interface EventsOptions {
  readonly sinceMs: number;
  readonly format: "text" | "json";
}

interface Event {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly service: string;
  readonly text: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html */
export async function showEvents(
  stage: Stage,
  services: readonly ServicePlan[],
  { sinceMs, format }: EventsOptions,
): Promise<ExitCode> {
  const { plan, terminal } = stage;
  const events = (await readEvents(stage, services)).filter(({ at }) => at >= Date.now() - sinceMs);
  if (format === "json") {
    const documents = events.map(({ at, ...event }) => ({ at: new Date(at).toISOString(), ...event }));
    terminal.print(JSON.stringify({ stage: plan.stage, events: documents }, undefined, 2));
    return 0;
  }
  if (events.length === 0) terminal.print("ECS has no events in that time.");
  let day = "";
  for (const { at, service, text } of events) {
    const [date = "", time = ""] = new Date(at).toISOString().split("T");
    if (date !== day) terminal.print(terminal.paint.dim(`${date} UTC`));
    day = date;
    const [first = "", ...more] = fold(`${service}: ${text}`, columns - indent.length);
    terminal.print(`${terminal.paint.dim(time.slice(0, 8))}  ${first}`);
    for (const line of more) terminal.print(indent + line);
  }
  return 0;
}

const indent = " ".repeat("00:00:00  ".length);

async function readEvents(stage: Stage, wanted: readonly ServicePlan[]): Promise<readonly Event[]> {
  const described = await describeServices(stage, wanted);
  if (described === undefined) throw new Failure(notDeployed(stage.plan));
  const keys = new Map(wanted.map(({ key }) => [names.service(stage.plan.stage, key), key]));
  return described
    .flatMap(({ serviceName = "", events = [] }) =>
      events.map(
        ({ createdAt, message = "" }): Event => ({
          at: createdAt?.getTime() ?? 0,
          service: keys.get(serviceName) ?? serviceName,
          // ECS begins each with the name of the service, which stands in front already.
          text: message.replace(`(service ${serviceName}) `, "").replace(/^\(service [^)]*\)\s*/, ""),
        }),
      ),
    )
    .toSorted((one, other) => one.at - other.at);
}
