import {
  ApplicationAutoScalingClient,
  paginateDescribeScalingActivities,
} from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient, DescribeAlarmHistoryCommand } from "@aws-sdk/client-cloudwatch";
import { ECSClient } from "@aws-sdk/client-ecs";
import { causeOf, describeCause } from "#evidence/cause.ts";
import { readFailedTasks } from "#evidence/failed-task.ts";
import { alarmNames, names, rateNames, type ServicePlan } from "#fleet";
import { releaseAlarms } from "#fleet/release-alarm.ts";
import { readSecret, shortId } from "../secrets/read.ts";
import type { Stage } from "../stage.ts";
import { describeEnd, readReleases, shortImage } from "./releases.ts";

/** Something that happened to a service; the time in milliseconds since the epoch. */
export interface Moment {
  readonly at: number;
  readonly kind: "release" | "roll" | "secret" | "scaling" | "alarm" | "task";
  readonly text: string;
}

/** Of each alarm: a day of flapping must not push the releases out. */
const changesOfAlarm = 20;

/** Likewise: a service that is scaled by its load may be, every few minutes. */
const mostScalings = 100;

/** All that AWS keeps of a service, newest first: deployments for 90 days, scalings for 42, alarms for 30, tasks for an hour. */
export async function readMoments(stage: Stage, plan: ServicePlan): Promise<readonly Moment[]> {
  const found = await Promise.all([
    releases(stage, plan),
    secrets(stage, plan),
    tasks(stage, plan),
    scalings(stage, plan),
    ...[...alarmNames, ...rateNames, ...releaseAlarms].map((name) => alarm(stage, plan, name)),
  ]);
  return found.flat().toSorted((one, other) => other.at - one.at);
}

async function releases(stage: Stage, plan: ServicePlan): Promise<readonly Moment[]> {
  return (await readReleases(stage, plan)).map((one) => {
    const what =
      one.kind === "roll" ? `roll of revision ${one.revision}` : `revision ${one.revision} (${shortImage(one.image)})`;
    const who = one.kind === "roll" || one.by === undefined ? "" : ` by ${one.by}`;
    return { at: one.at, kind: one.kind, text: `${what}${who}: ${describeEnd(one, stage.plan.stage, plan.key)}` };
  });
}

async function secrets(stage: Stage, plan: ServicePlan): Promise<readonly Moment[]> {
  const keys = [...new Set(plan.secrets.map(({ secret }) => secret))];
  const found = await Promise.all(keys.map((key) => readSecret(stage, key)));
  return found.flatMap((secret) =>
    (secret?.versions ?? []).map(({ id, labels, createdAt }) => ({
      at: createdAt,
      kind: "secret" as const,
      text: `${secret?.key} got version ${shortId(id)}${labels.length === 0 ? "" : `: ${labels.join(", ")}`}`,
    })),
  );
}

async function tasks({ aws, plan: stage }: Stage, plan: ServicePlan): Promise<readonly Moment[]> {
  const failed = await readFailedTasks(aws.client(ECSClient), stage, plan);
  return failed.map((task) => ({
    at: task.stoppedAt,
    kind: "task",
    text: `task ${task.id.slice(0, 8)} failed: ${describeCause(causeOf(task), plan)}`,
  }));
}

/** Also of one that the map scales no more. https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html */
async function scalings({ aws, plan: { stage } }: Stage, { key }: ServicePlan): Promise<readonly Moment[]> {
  const client = aws.client(ApplicationAutoScalingClient);
  const found: Moment[] = [];
  const pages = paginateDescribeScalingActivities(
    { client },
    {
      ServiceNamespace: "ecs",
      ResourceId: `service/${names.cluster(stage)}/${names.service(stage, key)}`,
      ScalableDimension: "ecs:service:DesiredCount",
    },
  );
  for await (const { ScalingActivities = [] } of pages) {
    for (const { StartTime, Description = "", Cause = "", StatusCode, StatusMessage = "" } of ScalingActivities) {
      const wanted = /desired count to (\d+)/i.exec(Description)?.[1];
      const what = wanted === undefined ? Description : `scaled to ${wanted}`;
      const failed = StatusCode === "Failed" ? `, which failed: ${StatusMessage}` : "";
      found.push({ at: StartTime?.getTime() ?? 0, kind: "scaling", text: `${what}: ${whyScaled(Cause)}${failed}` });
    }
    if (found.length >= mostScalings) break;
  }
  return found.slice(0, mostScalings);
}

/** In a few words; the alarms of a policy have names of their own, which say nothing. */
function whyScaled(cause: string): string {
  const policy = /^monitor alarm .* in state ALARM triggered policy (\S+)$/.exec(cause)?.[1];
  return policy === undefined ? cause : `its load, by policy ${policy}`;
}

async function alarm({ aws, plan: { stage } }: Stage, { key }: ServicePlan, name: string): Promise<readonly Moment[]> {
  const { AlarmHistoryItems = [] } = await aws.client(CloudWatchClient).send(
    new DescribeAlarmHistoryCommand({
      AlarmName: names.alarm(stage, key, name),
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      HistoryItemType: "StateUpdate",
      MaxRecords: changesOfAlarm,
      ScanBy: "TimestampDescending",
    }),
  );
  return AlarmHistoryItems.flatMap(({ Timestamp, HistorySummary = "" }): readonly Moment[] => {
    const at = Timestamp?.getTime() ?? 0;
    if (HistorySummary.endsWith("to ALARM")) return [{ at, kind: "alarm", text: `${name} rang` }];
    return HistorySummary.includes("from ALARM") ? [{ at, kind: "alarm", text: `${name} ended` }] : [];
  });
}
