import { names } from "#fleet/names.ts";
import { groupOf } from "../decide/route.ts";
import type { Home } from "../incident/facts.ts";
import type { Incident } from "../incident/incident.ts";

/** Where the fleet is, as cards name it and link to it. */
export interface Place extends Home {
  readonly stage: string;
  /** What the paths of runbooks are appended to, to make links of them. */
  readonly runbookUrl?: string | undefined;
  /** Where whoever reads it runs the console. */
  readonly consoleUrl?: string | undefined;
  /** Whether there is a door that takes what buttons send. */
  readonly buttons?: boolean | undefined;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}

/**
 * The consoles of AWS's partitions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function consoleOf(region: string): string {
  if (region.startsWith("cn-")) return `https://${region}.console.amazonaws.cn`;
  if (region.startsWith("us-gov-")) return `https://${region}.console.amazonaws-us-gov.com`;
  if (region.startsWith("eusc-")) return `https://${region}.console.amazonaws-eusc.eu`;
  return `https://${region}.console.aws.amazon.com`;
}

/** The console's pages of what a message is about, in its own region. */
export function linksOf(incident: Incident | undefined, place: Place): readonly Link[] {
  if (incident === undefined) return [];
  const { story } = incident;
  const runbook = runbookOf(incident, place);
  return [
    ...(story.kind === "alarm" ? alarmLinks(story, place) : []),
    ...serviceLinks(incident, place),
    ...(runbook !== undefined && isLink(runbook, place) ? [{ label: "Runbook", url: runbook }] : []),
    ...consoleLink(incident, place),
  ];
}

/** What lasts, in the fleet's own console: it is where a chat without buttons leads. */
function consoleLink(incident: Incident, { consoleUrl }: Place): readonly Link[] {
  if (consoleUrl === undefined || (incident.phase !== "firing" && incident.phase !== "no-data")) return [];
  const page = `${consoleUrl.replace(/\/$/, "")}/?about=${encoded(groupOf(incident))}#alarms`;
  return [{ label: consoleLabel, url: page }];
}

export const consoleLabel = "Console";

function alarmLinks(story: Incident["story"] & { readonly kind: "alarm" }, place: Place): readonly Link[] {
  const region = regionOf(story.region, place);
  const cloudWatch = `${consoleOf(region)}/cloudwatch/home?region=${region}#`;
  const logs =
    story.watch.kind === "log"
      ? story.watch.groups.slice(0, 2).map((group) => ({ label: "Log", url: `${cloudWatch}${logGroupPage(group)}` }))
      : [];
  return [{ label: "Alarm", url: `${cloudWatch}alarmsV2:alarm/${encoded(story.name)}` }, ...logs];
}

/** A region as AWS names them; anything else in its place could make the link lead anywhere. */
function regionOf(named: string, { region }: Place): string {
  return /^[a-z]{2,4}(?:-[a-z]{2,10}){1,3}-\d{1,2}$/.test(named) ? named : region;
}

function serviceLinks({ service, story }: Incident, place: Place): readonly Link[] {
  if ("serviceArn" in story && service === undefined) return ecsLinks(story.serviceArn, place);
  if (service === undefined) return [];
  const { stage, region } = place;
  const cloudWatch = `${consoleOf(region)}/cloudwatch/home?region=${region}#`;
  const ecs = `${names.cluster(stage)}/services/${names.service(stage, service)}/health?region=${region}`;
  return [
    { label: "Log", url: `${cloudWatch}${logGroupPage(names.logGroup(stage, service))}` },
    { label: "Service", url: `${consoleOf(region)}/ecs/v2/clusters/${ecs}` },
  ];
}

/** A service of another cluster. */
function ecsLinks(serviceArn: string, place: Place): readonly Link[] {
  const region = regionOf(serviceArn.split(":")[3] ?? "", place);
  const [, cluster, name] = /:service\/([\w-]{1,255})\/([\w-]{1,255})$/.exec(serviceArn) ?? [];
  if (cluster === undefined || name === undefined) return [];
  const page = `${cluster}/services/${name}/health?region=${region}`;
  return [{ label: "Service", url: `${consoleOf(region)}/ecs/v2/clusters/${page}` }];
}

function logGroupPage(group: string): string {
  return `logsV2:log-groups/log-group/${encodeURIComponent(encoded(group)).replaceAll("%25", "$25")}`;
}

/** Half a pair of surrogates has no encoding: it would be an error, and the message would never be sent. */
function encoded(name: string): string {
  return encodeURIComponent(name.slice(0, 600).toWellFormed());
}

/** An alarm's description ends with its runbook, a path below `chat.runbookUrl`; another address stays text. */
export function runbookOf({ story }: Incident, { runbookUrl }: Place): string | undefined {
  const description = story.kind === "alarm" ? story.description : undefined;
  const runbook = /Runbook: (\S{1,500})/.exec(description ?? "")?.[1];
  if (runbook === undefined || runbookUrl === undefined || !/^[\w./#-]+$/.test(runbook)) return runbook;
  return `${runbookUrl.replace(/\/$/, "")}/${runbook.replace(/^\//, "")}`;
}

function isLink(runbook: string, { runbookUrl }: Place): boolean {
  return runbookUrl !== undefined && runbook.startsWith(runbookUrl);
}
