import { names } from "#fleet/names.ts";
import type { Message } from "../decide/decide.ts";

/** Where the fleet is, as cards name it and link to it. */
export interface Place {
  readonly stage: string;
  readonly region: string;
}

/** The console's pages of what a message is about. */
export function linksOf(
  { fresh }: Message,
  group: string,
  { stage, region }: Place,
): readonly { readonly label: string; readonly url: string }[] {
  const console = (service: string, rest: string) =>
    `https://${region}.console.aws.amazon.com/${service}/home?region=${region}#${rest}`;
  const alarm = fresh.flatMap(({ story }) => (story.kind === "alarm" ? [story.name] : []))[0];
  const service = fresh.find((incident) => incident.service !== undefined)?.service;
  const about = service ?? (group.includes(" ") ? undefined : group);
  const alarmLink =
    alarm === undefined
      ? []
      : [{ label: "Alarm", url: console("cloudwatch", `alarmsV2:alarm/${encodeURIComponent(alarm)}`) }];
  if (about === undefined || service === undefined) return alarmLink;
  const logGroup = encodeURIComponent(encodeURIComponent(names.logGroup(stage, about))).replaceAll("%25", "$25");
  const ecs = `${names.cluster(stage)}/services/${names.service(stage, about)}/health?region=${region}`;
  return [
    ...alarmLink,
    { label: "Log", url: console("cloudwatch", `logsV2:log-groups/log-group/${logGroup}`) },
    { label: "Service", url: `https://${region}.console.aws.amazon.com/ecs/v2/clusters/${ecs}` },
  ];
}
