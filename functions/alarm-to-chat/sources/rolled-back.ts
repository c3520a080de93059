import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Source } from "#chat/card/enrichment.ts";
import { names } from "#fleet/names.ts";
import { releaseAlarms } from "#fleet/release-alarm.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;

/** Of a release that an alarm ended: from what to what, who brought it out, and which alarm. */
export const rolledBack: Source = async ({ service, incident }) => {
  const { story, phase } = incident;
  if (service === undefined || story.kind !== "deployment" || phase !== "firing") return {};
  if (story.reason?.includes("alarm detected") !== true) return {};
  const [release, alarms] = await Promise.all([
    readRelease(service, story.deployment),
    readAlarms(service),
  ]);
  return { facts: [...release, ...alarms] };
};

type Facts = readonly { readonly name: string; readonly value: string }[];

async function readRelease(service: string, deployment: string): Promise<Facts> {
  const ecs = new ECSClient({});
  const asked = { cluster: names.cluster(stage), services: [names.service(stage, service)] };
  const { services } = await ecs.send(new DescribeServicesCommand(asked));
  const listed = services?.[0]?.deployments ?? [];
  const definitionOf = async (taskDefinition: string | undefined) => {
    if (taskDefinition === undefined) return undefined;
    const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    return answer.taskDefinition;
  };
  // What ended is listed until its last task has.
  const [failed, back] = await Promise.all([
    definitionOf(listed.find(({ id }) => id === deployment)?.taskDefinition),
    definitionOf(listed.find(({ status }) => status === "PRIMARY")?.taskDefinition),
  ]);
  const by = failed?.registeredBy?.split("/").at(-1);
  if (failed?.taskDefinitionArn === back?.taskDefinitionArn) {
    return [{ name: "What was new", value: `the same release, started anew: for a secret, or by a person` }];
  }
  const image = (one: typeof failed) => one?.containerDefinitions?.[0]?.image ?? "unknown";
  return [
    {
      name: "Rolled back",
      value: `revision ${failed?.revision ?? "?"} (${image(failed)}) to ${back?.revision ?? "?"} (${image(back)})`,
    },
    ...(by === undefined ? [] : [{ name: "Released by", value: by }]),
  ];
}

async function readAlarms(service: string): Promise<Facts> {
  const AlarmNames = releaseAlarms.map((alarm) => names.alarm(stage, service, alarm));
  const { MetricAlarms = [] } = await new CloudWatchClient({}).send(
    new DescribeAlarmsCommand({ AlarmNames, StateValue: "ALARM" }),
  );
  return MetricAlarms.map(({ AlarmName = "", AlarmDescription = "", StateTransitionedTimestamp: time = new Date() }) => {
    const meaning = AlarmDescription.slice(AlarmDescription.indexOf(": ") + 2).split(". ")[0] ?? "";
    return { name: "Alarm", value: `${AlarmName}: ${meaning}; rings since ${time.toISOString().slice(11, 19)} UTC` };
  });
}
