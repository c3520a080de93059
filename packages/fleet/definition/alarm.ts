export const alarmNames = [
  "unhealthyHosts",
  "healthyHosts",
  "errors5xx",
  "latencyP95",
  "latencyP99",
  "latencyAverage",
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** Each alarm is a decision: a threshold, or declined with a reason. */
export type AlarmDefinitions = { readonly [Name in AlarmName]: AlarmDefinition };
export type AlarmDefinition =
  | {
      /** Hosts, responses in one minute, or seconds, by the alarm's kind. */
      readonly threshold: number;
      /** `placeholder` marks a number nobody has measured yet; it is shown wherever the alarm is. Default `chosen`. */
      readonly basis?: "placeholder" | "chosen" | "measured";
    }
  | { readonly declined: string };
