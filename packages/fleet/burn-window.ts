/** The windows of `failedRequests`: each is an alarm that notifies nobody; a composite one of them all does. */
export const burnWindows = ["6h", "30m", "1h", "5m", "1mDown", "30mDown"] as const;
export type BurnWindow = (typeof burnWindows)[number];

const windowOfAService = new RegExp(`-failedRequests(?:${burnWindows.join("|")})$`);

/** The composite one. */
export function isBurnRate(alarmName: string): boolean {
  return alarmName.endsWith("-failedRequests");
}

export function isBurnWindow(alarmName: string): boolean {
  return windowOfAService.test(alarmName);
}
