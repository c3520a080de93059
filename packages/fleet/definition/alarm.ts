/** On counts and latency, minute by minute. */
export const alarmNames = [
  "unhealthyHosts",
  "healthyHosts",
  "errors5xx",
  "latencyP95",
  "latencyP99",
  "latencyAverage",
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** On shares, of a service's requests or of its size, so that many and few, large and small are watched alike. */
export const rateNames = ["failedRequests", "slowRequests", "memoryUsed", "cpuUsed"] as const;
export type RateName = (typeof rateNames)[number];

/** Of the stage's probe. */
export const probeAlarm = "probe" as const;

/**
 * Each alarm is a decision: set, or declined with a reason. Those on shares have defaults and may be left out.
 */
export type AlarmDefinitions = { readonly [Name in AlarmName]: AlarmDefinition } & {
  /** The objective is missed too fast, over two windows: an hour and five minutes, or six hours and thirty minutes. */
  readonly failedRequests?:
    | (Waking & {
        /** The share of requests that should succeed, from 0.95 to 0.9999. Default 0.999. */
        readonly objective?: number;
      })
    | Declined;
  /** No MCP client got through, in two of three rounds of the stage's probe. It wakes people unless told. */
  readonly probe?: Waking | Declined;
  /** Too many requests wait longer than the threshold of `latencyP95`, within a quarter of an hour. */
  readonly slowRequests?:
    | (Waking & {
        /** From 0.05 to 0.95. Default 0.25. */
        readonly share?: number;
      })
    | Declined;
  /** A task uses more than this share of its memory, in three of five minutes. */
  readonly memoryUsed?: Used | Declined;
  /** Its tasks use more than this share of their CPU, in three of five minutes. */
  readonly cpuUsed?: Used | Declined;
};

interface Used extends Waking {
  /** From 0.3 to 0.99. Default 0.85. */
  readonly share?: number;
}

export type AlarmDefinition =
  | (Waking & {
      /** Hosts, responses in one minute, or seconds, by the alarm's kind. */
      readonly threshold: number;
      /** `placeholder` marks a number nobody has measured yet; it is shown wherever the alarm is. Default `chosen`. */
      readonly basis?: "placeholder" | "chosen" | "measured";
    })
  | Declined;

interface Waking {
  /**
   * Whether it wakes people (`critical`), or is for the feed (`warning`). Default: `healthyHosts`, `failedRequests`,
   * `probe` and a measured `slowRequests` wake.
   */
  readonly wakes?: boolean;
}

interface Declined {
  readonly declined: string;
}
