import type { Severity } from "#fleet/definition.ts";
import type { Incident } from "./incident.ts";
import { destinationsOfTest, roadTestGroup } from "./road-test.ts";
import type { ChatSettings } from "./settings.ts";
import { clip } from "./words.ts";

interface Filter {
  readonly services?: readonly string[] | undefined;
  readonly severities?: readonly Severity[] | undefined;
}

/** A filter without a field takes everything; what is about no service passes only a filter that names none. */
export function matches({ services, severities }: Filter, service: string | undefined, severity: Severity): boolean {
  if (services !== undefined && (service === undefined || !services.includes(service))) return false;
  return severities === undefined || severities.includes(severity);
}

/**
 * The destinations of an incident, each once. The end of something goes wherever its beginning may have gone: by then
 * its severity may be another.
 */
export function destinationsOf(incident: Incident, settings: ChatSettings): readonly string[] {
  if (incident.story.kind === "road-test") return destinationsOfTest(incident.story, settings);
  const over = incident.phase === "resolved" || incident.phase === "succeeded";
  const matching = settings.routes.filter(({ services, severities }) =>
    matches({ services, severities: over ? undefined : severities }, incident.service, incident.severity),
  );
  return [...new Set(matching.flatMap(({ to }) => to))];
}

/** A group is a sort key of the incident table: 1,024 bytes at most. */
const groupLength = 200;

/** What is told together. */
export function groupOf(incident: Incident): string {
  return clip(nameOf(incident), groupLength);
}

/** What an alarm is told under. */
export function groupOfAlarm(name: string, service: string | undefined): string {
  return clip(service ?? nameOfAlarm(name), groupLength);
}

function nameOfAlarm(name: string): string {
  return `Alarm ${name}`;
}

function nameOf({ service, story, subject }: Incident): string {
  // A rotation concerns whoever uses the secret, and is one conversation whoever tells of it.
  if (story.kind === "rotation") return `Secret ${story.secret}`;
  if (service !== undefined) return service;
  switch (story.kind) {
    case "alarm":
      return nameOfAlarm(story.name);
    case "deployment":
    case "task":
      return "Tasks of no known service";
    case "road-test":
      return roadTestGroup;
    case "unknown":
      return subject.startsWith("unknown:") ? "Other messages" : `Fleet ${subject.split(":")[0]}`;
  }
}
