import { durationOf } from "../text/duration.ts";
import { figure } from "../text/figure.ts";
import { excerpt, excerptOfEnds } from "../text/mask.ts";
import { dimensionWords } from "./alarm-words.ts";
import { isPlaceholder } from "./headline.ts";
import type { Incident } from "./incident.ts";
import type { AlarmStory } from "./story.ts";

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Where the fleet is: what comes from elsewhere says so. */
export interface Home {
  readonly region: string;
  readonly account?: string | undefined;
}

/** What is known of an incident beside its headline; of a notice without its text, which a card shares out. */
export function factsOf({ story, at, service }: Incident, home: Home): readonly Fact[] {
  switch (story.kind) {
    case "alarm":
      return alarmFacts(story, at, home, service);
    case "deployment":
      return [
        ...fact("Reason", story.reason),
        { name: "Deployment", value: story.deployment },
        ...elsewhere(story.serviceArn, home),
      ];
    case "task": {
      const own = story.containers.flatMap(({ name, reason }) => fact(`Container ${name}`, reason));
      return [...fact("Reason", story.reason), ...own, ...elsewhere(story.taskArn, home)];
    }
    case "service-action":
      return [
        { name: "Event", value: story.action },
        ...fact("Reason", story.reason),
        ...elsewhere(story.serviceArn, home),
      ];
    case "rotation":
      return fact("Reason", story.reason);
    case "road-test":
      return [];
    case "notice":
      return story.facts.flatMap(({ name, value }) =>
        name === "Account" && value === `${home.account}, ${home.region}` ? [] : fact(excerpt(name, 60), value),
      );
  }
}

function alarmFacts(story: AlarmStory, at: number, home: Home, service: string | undefined): readonly Fact[] {
  const { previous, readings, watch, account, region } = story;
  const before = previous?.since === undefined ? "" : lasting(at - previous.since);
  const usual = readings.length > 1 ? `; recent values ${readings.slice(-5).map(figure).join(", ")}` : "";
  return [
    ...fact("Description", meaningOf(story, service)),
    ...fact("Watches", dimensionWords(watch, service)),
    ...(previous === undefined ? [] : [{ name: "Previous state", value: `${previous.value}${before}${usual}` }]),
    ...(watch.kind === "composite" ? fact("Rule", watch.rule) : []),
    ...(watch.kind === "math" && /^(?:SELECT|SEARCH)\b/i.test(watch.label) ? fact("Query", watch.label) : []),
    ...(watch.kind === "log" ? [...fact("Log groups", watch.groups.join(", ")), ...fact("Query", watch.query)] : []),
    ...(watch.kind === "unstated" || watch.kind === "composite" ? fact("Reason", story.reason) : []),
    ...(isElsewhere(account, region, home) ? fact("Account", [account, region].filter(Boolean).join(", ")) : []),
    ...(isPlaceholder(story) ? [{ name: "Threshold", value: "a placeholder, not based on measurements yet" }] : []),
  ];
}

function lasting(ms: number): string {
  return ms < 1_000 ? "" : ` for ${durationOf(ms)}`;
}

/** An alarm's description without what the card says elsewhere: its service, runbook, and where the threshold is from. */
export function meaningOf({ description = "" }: AlarmStory, service: string | undefined): string {
  const own =
    service !== undefined && description.startsWith(`${service}: `)
      ? description.slice(service.length + 2)
      : description;
  return own
    .replace(/\s{0,9}Runbook: \S+/, "")
    .replace(/\s{0,9}The threshold (?:is a placeholder|was)[^.]{0,200}\./, "")
    .trim();
}

function elsewhere(arn: string, home: Home): readonly Fact[] {
  const [, , , region = "", account = ""] = arn.split(":");
  return isElsewhere(account, region, home) ? fact("Account", [account, region].filter(Boolean).join(", ")) : [];
}

function isElsewhere(account: string, region: string, home: Home): boolean {
  return (region !== "" && region !== home.region) || (account !== "" && account !== home.account);
}

function fact(name: string, value: string | undefined): readonly Fact[] {
  return value === undefined || value === "" ? [] : [{ name, value: excerptOfEnds(value, 600) }];
}
