import { type CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { Service } from "@aws-sdk/client-ecs";
import type { ServicePlan, StagePlan } from "#fleet";
import { type ReleaseAlarm, releaseAlarmNames, releaseAlarms } from "#fleet/release-alarm.ts";
import { printable } from "./printable.ts";

/** A rollout that ECS took back because an alarm rang. */
export interface Undone {
  readonly deployment: string;
  /** When it failed; milliseconds since the epoch. */
  readonly at: number;
}

/** As long as ECS remembers a task: older news are in `fleet history`. */
const newsMs = 3_600_000;

const givenUp = /\(deployment (ecs-svc\/\d+)\) deployment failed: alarm detected/;
const goneBack = /rolling back to deployment (ecs-svc\/\d+)/;

/**
 * The release that was taken back last, while what was before it serves: from the service's events, newest first.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export function undoneIn({ events = [], deployments = [] }: Service, now: number): Undone | undefined {
  const primary = deployments.find(({ status }) => status === "PRIMARY")?.id;
  const back = events.find(({ message = "" }) => goneBack.test(message));
  const failed = events.find(({ message = "" }) => givenUp.test(message));
  const at = failed?.createdAt?.getTime() ?? 0;
  const deployment = givenUp.exec(failed?.message ?? "")?.[1];
  if (deployment === undefined || goneBack.exec(back?.message ?? "")?.[1] !== primary) return undefined;
  return now - at < newsMs ? { deployment, at } : undefined;
}

/** An alarm on a release that rings. */
export interface RingingAlarm {
  readonly name: string;
  readonly since: number;
  readonly reason: string;
}

/** Those of a service that ring now: an alarm rings on until its time without failures has passed. */
export async function readReleaseAlarms(
  client: CloudWatchClient,
  plan: StagePlan,
  service: ServicePlan,
): Promise<readonly RingingAlarm[]> {
  const AlarmNames = [...releaseAlarmNames(plan, service)];
  if (AlarmNames.length === 0) return [];
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames, StateValue: "ALARM" }));
  return MetricAlarms.map(
    ({ AlarmName = "", StateTransitionedTimestamp, StateUpdatedTimestamp, StateReason = "" }) => ({
      name: AlarmName,
      since: (StateTransitionedTimestamp ?? StateUpdatedTimestamp)?.getTime() ?? 0,
      reason: printable(StateReason),
    }),
  );
}

const words: Readonly<Record<ReleaseAlarm, string>> = {
  releaseErrors: "calls failed",
  releaseHosts: "its tasks failed",
  releaseProbe: "no MCP client got through",
};

/** In a few words: what the release did to its users. */
export function describeUndone(ringing: readonly Pick<RingingAlarm, "name">[]): string {
  const what = new Set(
    ringing.flatMap(({ name }) =>
      releaseAlarms.filter((alarm) => name.endsWith(`-${alarm}`)).map((alarm) => words[alarm]),
    ),
  );
  return what.size === 0 ? "an alarm rang" : [...what].join(", ");
}
