/** Alarms as they are defined. Times are milliseconds since the epoch, periods seconds. */

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";
export type TreatMissingData = "missing" | "ignore" | "breaching" | "notBreaching";

export const comparisonOperators = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

export interface MetricReference {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly period: number;
  readonly unit?: string;
}

/** One line of a metric-math definition. */
export type MetricQuery = {
  readonly id: string;
  readonly label?: string;
  readonly returnData: boolean;
} & (
  | { readonly kind: "metric"; readonly reference: MetricReference }
  | { readonly kind: "expression"; readonly expression: string; readonly period?: number }
);

/** What an alarm watches: one metric, or the result of metric math. */
export type Watched =
  | { readonly kind: "metric"; readonly reference: MetricReference }
  | { readonly kind: "math"; readonly queries: readonly MetricQuery[] };

export interface Actions {
  readonly enabled: boolean;
  readonly ok: readonly string[];
  readonly alarm: readonly string[];
  readonly insufficientData: readonly string[];
}

interface AlarmDefinition {
  readonly name: string;
  readonly description?: string;
  readonly actions: Actions;
}

export interface MetricAlarmDefinition extends AlarmDefinition {
  readonly kind: "metric";
  readonly watched: Watched;
  readonly period: number;
  readonly evaluationPeriods: number;
  /** Absent: all of the evaluation periods, and other words in the reason. */
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly treatMissingData?: TreatMissingData;
  readonly evaluateLowSampleCountPercentile?: "evaluate" | "ignore";
}

export interface CompositeAlarmDefinition extends AlarmDefinition {
  readonly kind: "composite";
  readonly rule: string;
}

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string;
  readonly updatedAt: number;
  /** When the value last changed. */
  readonly transitionedAt: number;
}

export interface Alarm<Definition extends MetricAlarmDefinition | CompositeAlarmDefinition = AnyDefinition> {
  readonly arn: string;
  definition: Definition;
  configuredAt: number;
  state: AlarmState;
  tags: Map<string, string>;
}
export type AnyDefinition = MetricAlarmDefinition | CompositeAlarmDefinition;

export function actionsFor(actions: Actions, state: StateValue): readonly string[] {
  switch (state) {
    case "OK":
      return actions.ok;
    case "ALARM":
      return actions.alarm;
    case "INSUFFICIENT_DATA":
      return actions.insufficientData;
  }
}
