import type { BurnWindow } from "#fleet/burn-window.ts";

export interface Window {
  readonly seconds: number;
  /** Share of failed requests from which it burns, by the share that may fail. */
  readonly share: (budget: number) => number;
  /** Fewer failures than this are chance: an expression over `failed` and `requests`. */
  readonly enough?: string;
  /** It burns if one of so many windows in a row does: with their length, the time after which it is over. */
  readonly lasting: number;
}

/**
 * A month's budget in two days, and in five: https://sre.google/workbook/alerting-on-slos/, "Multiwindow, Multi-Burn-Rate
 * Alerts". Each long window has a short one beside it, which ends the alarm soon after the failures.
 */
const fast = (budget: number) => 14.4 * budget;
const slow = (budget: number) => 6 * budget;
export const windows: Readonly<Record<BurnWindow, Window>> = {
  // Three in a thousand make fewer than thirty by chance, or than the share, however many requests there are.
  "6h": { seconds: 21_600, share: slow, enough: "failed >= 30", lasting: 1 },
  "30m": { seconds: 1_800, share: slow, enough: "failed >= 3", lasting: 1 },
  "1h": { seconds: 3_600, share: fast, lasting: 1 },
  // Three of a quiet service's five requests are an outage, of a busy one's fifty a bad moment.
  "5m": { seconds: 300, share: fast, enough: "failed >= 6 OR (failed >= 3 AND failed * 2 >= requests)", lasting: 6 },
  // A service many of whose requests fail is down, whatever the objective: at once where it has many of them, and with
  // the third failure where it has few. With the second, chance would ring a dozen times as often.
  "1mDown": { seconds: 60, share: () => 0.5, enough: "failed >= 3", lasting: 30 },
  "10mDown": { seconds: 600, share: () => 0.25, enough: "failed >= 3", lasting: 3 },
  // Without a break: by chance, half an hour of a quiet service may bring hardly a failure.
  "1hDown": { seconds: 3_600, share: () => 0.05, enough: "failed >= 4 AND requests <= 300", lasting: 1 },
};

/** When `failedRequests` rings: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export function burnRule(nameOf: (window: BurnWindow) => string): string {
  const burns = (window: BurnWindow) => `ALARM("${nameOf(window)}")`;
  return `${burns("1mDown")} OR ${burns("10mDown")} OR ${burns("1hDown")} OR (${burns("1h")} AND ${burns("5m")}) OR (${burns("6h")} AND ${burns("30m")})`;
}

/** The share of failed requests in a window, 0 where too few failed to tell. */
export function burnExpression({ enough }: Window): string {
  return enough === undefined ? "failed / requests" : `IF(${enough}, failed / requests, 0)`;
}

/** To a digit that no binary fraction reaches. */
export function thresholdOf({ share }: Window, objective: number): number {
  return Number(share(1 - objective).toFixed(6));
}
