import { isBurnRate } from "#fleet/burn-window.ts";
import { clip } from "../text/clip.ts";
import { durationOf } from "../text/duration.ts";
import { essenceOf } from "../text/essence.ts";
import { figure, measure, unitWords } from "../text/figure.ts";
import { excerpt } from "../text/mask.ts";
import type { Phase } from "./incident.ts";
import type { AlarmStory } from "./story.ts";
import type { Band, Limit, Metric, MetricWatch, Watch } from "./watch.ts";

/** What an alarm says, in one line. */
export function alarmWords(story: AlarmStory, phase: Phase): string {
  const contributor = story.contributor === undefined ? "" : ` (${excerpt(story.contributor, 100)})`;
  if (phase === "no-data") return `${story.name}${contributor}: no longer reporting data`;
  return `${watchWords(story)}${contributor}`;
}

function watchWords(story: AlarmStory): string {
  const { watch, name, reason = "" } = story;
  switch (watch.kind) {
    case "metric":
      return metricWords(watch, story);
    case "math": {
      const series = /^(\d{1,9}) out of (\d{1,9}) time series evaluated to ALARM/.exec(reason);
      if (series !== null) return `${name}: ${series[1]} of ${series[2]} time series in alarm`;
      return `${labelWords(watch.label)}${readingWords(story, "")}${limitWords(watch.limit, "")}`;
    }
    case "anomaly": {
      return `${labelWords(watch.label)}${readingWords(story, "")}, outside its expected band${bandWords(watch.band)}`;
    }
    case "composite":
      if (isBurnRate(name)) return "Too many requests fail";
      return `${name}${childrenWords(watch.children)}`;
    case "log":
    case "unstated":
      if (watch.limit !== undefined && story.readings.length > 0)
        return `${name}:${readingWords(story, "")}${limitWords(watch.limit, "")}`;
      return `${name}${reason === "" ? "" : `: ${essenceOf(reason, 240)}`}`;
  }
}

function bandWords(band: Band | undefined): string {
  const { low, high } = band ?? {};
  if (low !== undefined && high !== undefined) return ` (${figure(low)} to ${figure(high)})`;
  if (high !== undefined) return ` (up to ${figure(high)})`;
  return low === undefined ? "" : ` (from ${figure(low)})`;
}

/** An expression in Metrics Insights is its first function: the rest of the query is on the card. */
function labelWords(label: string): string {
  return clip(/^SELECT\s{1,8}(\w{1,20}\([\w"./ -]{1,100}\))/i.exec(label)?.[1] ?? label, 120);
}

const childrenNamed = 3;

function childrenWords(children: readonly string[]): string {
  if (children.length === 0) return "";
  const more = children.length > childrenNamed ? ` and ${children.length - childrenNamed} more` : "";
  return `, triggered by ${children
    .slice(0, childrenNamed)
    .map((child) => clip(child, 60))
    .join(", ")}${more}`;
}

/** A load balancer's metrics, as its users experience them. */
const known: Readonly<Record<string, { readonly unit: string; readonly name: (statistic: string) => string }>> = {
  TargetResponseTime: {
    unit: " s",
    name: (statistic) => `${/^p\d/.test(statistic) ? statistic.toUpperCase() : statistic.toLowerCase()} latency`,
  },
  HealthyHostCount: { unit: "", name: () => "healthy tasks:" },
  UnHealthyHostCount: { unit: "", name: () => "unhealthy tasks:" },
  HTTPCode_Target_5XX_Count: { unit: "", name: () => "5xx responses:" },
  Up: { unit: "", name: () => "MCP clients get through:" },
  HTTPCode_ELB_5XX_Count: { unit: "", name: () => "5xx responses from the load balancer:" },
};

/** Units of AWS's own metrics, whose alarms leave theirs empty. */
const units: readonly (readonly [names: RegExp, unit: string])[] = [
  [/(?:Utilization|Percent(?:age)?)$/, "Percent"],
  [/^(?:Free(?:able|StorageSpace|LocalStorage)|SwapUsage|BytesUsedFor|Network(?:In|Out)$)|Bytes$/, "Bytes"],
  [/^(?:ApproximateAgeOfOldestMessage|ReplicaLag|IteratorAgeSeconds)$/, "Seconds"],
  [/^(?:IntegrationLatency|SuccessfulRequestLatency|IteratorAge|AuroraReplicaLag)$/, "Milliseconds"],
];

function unitOf({ namespace, metric, unit }: MetricWatch): string {
  if (unit !== undefined) return unitWords(unit);
  if (namespace === "AWS/Lambda" && metric === "Duration") return unitWords("Milliseconds");
  return unitWords(units.find(([names]) => names.test(metric))?.[1]);
}

function metricWords(watch: MetricWatch, story: AlarmStory): string {
  const metric = known[watch.metric];
  const unit = metric?.unit ?? unitOf(watch);
  const name = metric?.name(watch.statistic) ?? [watch.statistic, watch.metric].filter(Boolean).join(" of ");
  if (story.readings.length === 0 && /no datapoints were received|missing datapoint/.test(story.reason ?? "")) {
    return `${capital(name).replace(/:$/, "")}: no data${limitWords(watch.limit, unit, "treated as ")}`;
  }
  const reading = readingWords(story, unit);
  const subject = reading === "" ? name.replace(/:$/, "") : name;
  return `${capital(subject)}${reading}${limitWords(watch.limit, unit)}`;
}

function readingWords({ readings }: AlarmStory, unit: string): string {
  const last = readings.at(-1);
  return last === undefined ? "" : ` ${measure(last, unit)}`;
}

function limitWords(limit: Limit | undefined, unit: string, lead = ""): string {
  if (limit === undefined) return "";
  return `, ${lead}${relationOf(limit.comparison)} ${measure(limit.threshold, unit)}${spanWords(limit)}`;
}

/** Some of the datapoints suffice where the alarm says so: "in 3 of 5 min" is not "for 5 min". */
function spanWords({ span }: Limit): string {
  if (span === undefined) return "";
  const { period, datapoints, of } = span;
  if (datapoints >= of) return ` for ${durationOf(period * of * 1000)}`;
  return period === 60
    ? ` in ${datapoints} of ${of} min`
    : ` in ${datapoints} of ${of} periods of ${durationOf(period * 1000)}`;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
function relationOf(comparison: string): string {
  if (comparison === "LessThanThreshold") return "below";
  if (comparison === "LessThanOrEqualToThreshold") return "at most";
  if (comparison === "GreaterThanOrEqualToThreshold") return "at least";
  return comparison === "GreaterThanThreshold" ? "above" : "limit";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an alarm looks at, by the names its dimensions have; nothing for the target group of one of our services. */
export function dimensionWords(watch: Watch, service: string | undefined): string | undefined {
  switch (watch.kind) {
    case "metric":
      return watched([watch], service);
    case "math":
    case "anomaly":
      return watched(watch.metrics, service);
    case "composite":
    case "log":
    case "unstated":
      return undefined;
  }
}

const implied = new Set(["TargetGroup", "LoadBalancer"]);

function watched(metrics: readonly Metric[], service: string | undefined): string | undefined {
  const named = metrics.slice(0, 3).flatMap(({ namespace, metric, dimensions, account }) => {
    const pairs = Object.entries(dimensions);
    if (service !== undefined && pairs.length > 0 && pairs.every(([name]) => implied.has(name))) return [];
    const where = pairs.map(([name, value]) => `${name}=${value}`).join(", ");
    const what = [[namespace, metric].filter(Boolean).join(" "), where].filter(Boolean).join(": ");
    return [account === undefined ? what : `${what} (account ${account})`];
  });
  const more = metrics.length > 3 ? [`and ${metrics.length - 3} more`] : [];
  return named.length === 0 ? undefined : [...named, ...more].join("; ");
}
