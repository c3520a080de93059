import { basisOf } from "#fleet/threshold-basis.ts";
import { clip } from "../text/clip.ts";
import { durationOf } from "../text/duration.ts";
import { figure } from "../text/figure.ts";
import { maskSecrets } from "../text/mask.ts";
import type { AlarmStory, Incident, Limit, MetricWatch, TaskStory } from "./incident.ts";

/** What happened, in one line, for people who do not know CloudWatch. */
export function headlineOf({ story, phase }: Incident): string {
  switch (story.kind) {
    case "alarm":
      return `${alarmWords(story, phase)}${placeholderNote(story)}`;
    case "deployment":
      return phase === "firing" ? `Deployment failed${because(story.reason)}` : "Deployment completed";
    case "task":
      return taskWords(story);
    case "rotation":
      return rotationWords(story.secret, story.outcome, story.reason);
    case "road-test":
      return "nothing is wrong";
    case "unknown":
      return clip(maskSecrets(story.title), 200);
  }
}

function alarmWords(story: AlarmStory, phase: Incident["phase"]): string {
  const contributor = story.contributor === undefined ? "" : ` (${story.contributor})`;
  if (phase === "no-data") return `${story.name}${contributor}: no longer reporting data`;
  const { watch } = story;
  switch (watch.kind) {
    case "metric":
      return `${metricWords(watch, story)}${contributor}`;
    case "math":
      return `${watch.label}${readingWords(story, "")}${limitWords(watch.limit, "")}${contributor}`;
    case "anomaly":
      return `${watch.label}${readingWords(story, "")}, outside its expected band${contributor}`;
    case "composite": {
      const children = watch.children.length > 0 ? `, triggered by ${watch.children.join(", ")}` : "";
      return `${story.name}${children}`;
    }
    case "unstated":
      return `${story.name}${contributor}${because(story.reason)}`;
  }
}

/** A load balancer's metrics, as its users experience them. */
const known: Readonly<Record<string, { readonly unit: string; readonly name: (statistic: string) => string }>> = {
  TargetResponseTime: {
    unit: " s",
    name: (statistic) => (statistic === "Average" ? "average latency" : `${statistic.toUpperCase()} latency`),
  },
  HealthyHostCount: { unit: "", name: () => "healthy tasks:" },
  UnHealthyHostCount: { unit: "", name: () => "unhealthy tasks:" },
  HTTPCode_Target_5XX_Count: { unit: "", name: () => "5xx responses:" },
  HTTPCode_ELB_5XX_Count: { unit: "", name: () => "5xx responses from the load balancer:" },
};

function metricWords(watch: MetricWatch, story: AlarmStory): string {
  const metric = known[watch.metric];
  const name = metric?.name(watch.statistic) ?? `${watch.statistic} of ${watch.metric}`;
  if (story.readings.length === 0 && /no datapoints were received|missing datapoint/.test(story.reason ?? "")) {
    return `${capital(name).replace(/:$/, "")}: no data${limitWords(watch.limit, metric?.unit ?? "", "treated as ")}`;
  }
  const reading = readingWords(story, metric?.unit ?? "");
  const subject = reading === "" ? name.replace(/:$/, "") : name;
  return `${capital(subject)}${reading}${limitWords(watch.limit, metric?.unit ?? "")}`;
}

function readingWords({ readings }: AlarmStory, unit: string): string {
  const last = readings.at(-1);
  return last === undefined ? "" : ` ${figure(last)}${unit}`;
}

function limitWords(limit: Limit | undefined, unit: string, lead = ""): string {
  if (limit === undefined) return "";
  const relation = relationOf(limit.comparison);
  const lasting = limit.window > 0 ? ` for ${durationOf(limit.window * 1000)}` : "";
  return `, ${lead}${relation} ${figure(limit.threshold)}${unit}${lasting}`;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function relationOf(comparison: string): string {
  if (comparison === "LessThanThreshold") return "below";
  if (comparison === "LessThanOrEqualToThreshold") return "at most";
  if (comparison === "GreaterThanOrEqualToThreshold") return "at least";
  return comparison === "GreaterThanThreshold" ? "above" : "limit";
}

export function isPlaceholder({ description }: AlarmStory): boolean {
  return description !== undefined && basisOf(description) === "placeholder";
}

function placeholderNote(story: AlarmStory): string {
  return isPlaceholder(story) ? " (placeholder threshold)" : "";
}

function taskWords({ stopCode, reason, containers }: TaskStory): string {
  const exits = containers.flatMap(({ name, exitCode }) =>
    exitCode === undefined || exitCode === 0 ? [] : [`${name} exited with code ${exitCode}`],
  );
  const what = {
    TaskFailedToStart: "A task failed to start",
    EssentialContainerExited: "A task stopped unexpectedly",
    SpotInterruption: "A task was reclaimed (Spot interruption)",
    TerminationNotice: "A task's host is being retired",
  }[stopCode];
  const detail = exits.length > 0 ? `: ${exits.join(", ")}` : because(reason);
  return `${what ?? `A task stopped (${stopCode})`}${detail}`;
}

function rotationWords(secret: string, outcome: string, reason: string | undefined): string {
  const what = {
    RotationSucceeded: "was rotated",
    RotationFailed: "could not be rotated",
    RotationAbandoned: "could not be rotated: the attempt was abandoned",
    TestRotationFailed: "could not be rotated: the new value failed its test",
  }[outcome];
  return `Secret ${secret}${what === undefined ? `: ${clip(maskSecrets(outcome), 200)}` : ` ${what}`}${because(reason)}`;
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : `: ${clip(maskSecrets(reason), 240)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
