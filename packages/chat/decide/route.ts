import type { Severity } from "#fleet/definition.ts";
import { names } from "#fleet/names.ts";
import type { Incident } from "../incident/incident.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import type { RoadTestStory } from "../incident/story.ts";
import type { ChatSettings } from "../settings.ts";
import { clip } from "../text/clip.ts";

interface Filter {
  readonly services?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
}

/** A field a filter lacks matches everything; what concerns no service passes only a filter that names none. */
export function matches({ services, severities }: Filter, service: string | undefined, severity: Severity): boolean {
  if (services !== undefined && (service === undefined || !services.includes(service))) return false;
  return severities === undefined || severities.includes(severity);
}

/**
 * The destinations of an incident, each once. An end goes wherever its beginning may have gone: its severity may have
 * changed since.
 */
export function destinationsOf(incident: Incident, settings: ChatSettings): readonly string[] {
  if (incident.story.kind === "road-test") return destinationsOfTest(incident.story, settings);
  const over = incident.phase === "resolved" || incident.phase === "succeeded";
  const matching = settings.routes.filter(({ services, severities }) =>
    matches({ services, severities: over ? undefined : severities }, incident.service, incident.severity),
  );
  return [...new Set(matching.flatMap(({ to }) => to))];
}

/** A test goes everywhere, unless it belongs to another stage that shares the topic. */
function destinationsOfTest({ alarm }: RoadTestStory, { stage, destinations }: ChatSettings): readonly string[] {
  return alarm === names.alarmRoad(stage) ? Object.keys(destinations) : [];
}

/** A group is a sort key of the incident table: 1,024 bytes at most. */
const groupLength = 200;

/** What is posted together. */
export function groupOf(incident: Incident): string {
  return clip(nameOf(incident), groupLength);
}

/** The group an alarm is posted under. */
export function groupOfAlarm(name: string, service: string | undefined): string {
  return clip(service ?? nameOfAlarm(name), groupLength);
}

/** What `fleet alarms mute` takes for a group: a service's key or an alarm's name. Other groups cannot be muted. */
export function muteTargetOf(group: string): string | undefined {
  const alarm = group.startsWith(alarmPrefix) ? group.slice(alarmPrefix.length) : undefined;
  if (alarm?.endsWith("…")) return undefined;
  return alarm ?? (/^[a-z0-9_-]+$/.test(group) ? group : undefined);
}

const alarmPrefix = "Alarm ";

function nameOfAlarm(name: string): string {
  return `${alarmPrefix}${name}`;
}

/** Where what nobody groups is posted together: its title says what it is. */
export const noticeGroup = "Other messages";

function nameOf({ service, story }: Incident): string {
  // A rotation concerns everyone who uses the secret, and is one conversation whichever source reports it.
  if (story.kind === "rotation") return `Secret ${story.secret}`;
  if (service !== undefined) return service;
  switch (story.kind) {
    case "alarm":
      return nameOfAlarm(story.name);
    case "deployment":
    case "service-action":
      return `Service ${story.serviceArn.split(":service/").at(-1)}`;
    case "task":
      return story.serviceName === ""
        ? "Tasks of no service"
        : `Service ${clusterOf(story.taskArn)}${story.serviceName}`;
    case "road-test":
      return roadTestGroup;
    case "notice":
      return story.fleet === undefined ? noticeGroup : `Fleet ${story.fleet}`;
  }
}

function clusterOf(taskArn: string): string {
  const cluster = /:task\/([\w-]{1,255})\//.exec(taskArn)?.[1];
  return cluster === undefined ? "" : `${cluster}/`;
}
