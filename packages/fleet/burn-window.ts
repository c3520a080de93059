/** The windows of `failedRequests`: each is an alarm that notifies nobody; a composite one of them all does. */
export const burnWindows = ["6h", "30m", "1h", "5m", "1mDown", "10mDown", "1hDown"] as const;
export type BurnWindow = (typeof burnWindows)[number];

/** Also one that an older version of the fleet had, and a deploy is about to delete. */
const windowOfAService = /-failedRequests\d{1,2}[mh](?:Down)?$/;

/** The composite one. */
export function isBurnRate(alarmName: string): boolean {
  return alarmName.endsWith("-failedRequests");
}

export function isBurnWindow(alarmName: string): boolean {
  return windowOfAService.test(alarmName);
}
