import type { Incident } from "./incident.ts";
import type { AlarmStory } from "./story.ts";
import type { Limit, Watch } from "./watch.ts";

/** Incidents in order of time, each change once, however many sources delivered it. */
export function mergeIncidents(incidents: readonly Incident[]): readonly Incident[] {
  const byChange = new Map<string, Incident>();
  for (const incident of incidents) {
    const known = byChange.get(incident.change);
    byChange.set(incident.change, known === undefined ? incident : merged(known, incident));
  }
  return [...byChange.values()].sort((one, other) => one.at - other.at);
}

/** A topic has the limit and an event the measured values: merged, the message has both. */
function merged(one: Incident, other: Incident): Incident {
  if (one.story.kind !== "alarm" || other.story.kind !== "alarm") return one;
  const severity = one.severity === "critical" ? one.severity : other.severity;
  return { ...one, severity, service: one.service ?? other.service, story: mergedStory(one.story, other.story) };
}

function mergedStory(one: AlarmStory, other: AlarmStory): AlarmStory {
  return {
    ...one,
    region: one.region || other.region,
    account: one.account || other.account,
    description: one.description ?? other.description,
    reason: one.reason ?? other.reason,
    previous: one.previous?.since === undefined ? (other.previous ?? one.previous) : one.previous,
    readings: one.readings.length > 0 ? one.readings : other.readings,
    watch: mergedWatch(one.watch, other.watch),
    contributor: one.contributor ?? other.contributor,
  };
}

function mergedWatch(one: Watch, other: Watch): Watch {
  if (one.kind === "unstated") return other;
  if (one.kind === "composite" && other.kind === "composite") return one.children.length > 0 ? one : other;
  if (one.kind === "anomaly" && other.kind === "anomaly") return { ...one, band: one.band ?? other.band };
  if ("limit" in one && "limit" in other) return { ...one, limit: fuller(one.limit, other.limit) };
  return one;
}

function fuller(one: Limit | undefined, other: Limit | undefined): Limit | undefined {
  return one === undefined || one.comparison === "" || one.span === undefined ? (other ?? one) : one;
}
