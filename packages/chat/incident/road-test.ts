import { names } from "#fleet/names.ts";

/** The group of the stage's own road test, on cards and in the incident table. */
export const roadTestGroup = "Test of the alarm road";

const alarmOfAStage = new RegExp(`^${names.alarmRoad("[a-z0-9-]+?")}$`);

/** Whether this is the alarm a stage has for testing its road: it watches nothing, and is set off by hand. */
export function isRoadTest(alarmName: string): boolean {
  return alarmOfAStage.test(alarmName);
}

/** What the reason of an alarm begins with that somebody set off to see a card: it may come back at once. */
export const testedBy = "A test by fleet alarms test";
