import type { Severity } from "#fleet/definition.ts";

/**
 * - `firing`: something is wrong now.
 * - `no-data`: what was watched no longer reports.
 * - `resolved`: it has ended.
 * - `succeeded`: it went well: ends a failure if there was one, and is worth a message by itself.
 * - `notice`: it happened, and has no duration.
 */
export type Phase = "firing" | "no-data" | "resolved" | "succeeded" | "notice";

/** One thing that happened, from whichever source. */
export interface Incident {
  /** Identifies the problem: the same for its beginning and its end. */
  readonly subject: string;
  /** Identifies this one change: the same when two sources deliver it, or one delivers it twice. */
  readonly change: string;
  /** When it changed, in milliseconds since the epoch. */
  readonly at: number;
  readonly phase: Phase;
  readonly severity: Severity;
  /** Key of the service in the map; undefined if it concerns none. */
  readonly service: string | undefined;
  readonly story: Story;
}

export type Story = AlarmStory | DeploymentStory | TaskStory | RotationStory | RoadTestStory | UnknownStory;

export interface AlarmStory {
  readonly kind: "alarm";
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly description: string | undefined;
  readonly reason: string | undefined;
  readonly previous: { readonly value: string; readonly since: number | undefined } | undefined;
  readonly watch: Watch;
  /** The values that caused the change, oldest first. */
  readonly readings: readonly number[];
  /** For an alarm with contributors: which one, by its attributes. */
  readonly contributor: string | undefined;
}

/** What an alarm looks at. */
export type Watch =
  | MetricWatch
  | { readonly kind: "math"; readonly label: string; readonly limit: Limit | undefined }
  | { readonly kind: "anomaly"; readonly label: string }
  | { readonly kind: "composite"; readonly rule: string; readonly children: readonly string[] }
  | { readonly kind: "unstated" };

export interface MetricWatch {
  readonly kind: "metric";
  readonly namespace: string;
  readonly metric: string;
  /** `Average`, `Sum`, `p95`, … */
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly period: number;
  readonly limit: Limit | undefined;
}

export interface Limit {
  readonly comparison: string;
  readonly threshold: number;
  /** Seconds it must last. */
  readonly window: number;
}

export interface DeploymentStory {
  readonly kind: "deployment";
  readonly serviceArn: string;
  readonly deployment: string;
  readonly reason: string | undefined;
}

export interface TaskStory {
  readonly kind: "task";
  readonly taskArn: string;
  readonly stopCode: string;
  readonly reason: string | undefined;
  readonly containers: readonly { readonly name: string; readonly exitCode?: number | undefined }[];
}

export interface RotationStory {
  readonly kind: "rotation";
  readonly secret: string;
  /** `RotationSucceeded`, `RotationFailed`, or the title of the fleet's own notice. */
  readonly outcome: string;
  readonly reason: string | undefined;
}

/** Nothing is wrong: somebody is testing whether alarms arrive. */
export interface RoadTestStory {
  readonly kind: "road-test";
  readonly alarm: string;
}

/** Anything this package cannot read; posted as it came. */
export interface UnknownStory {
  readonly kind: "unknown";
  readonly title: string;
  readonly text: string;
}
