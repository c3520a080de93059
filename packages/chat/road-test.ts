import { names } from "#fleet/names.ts";
import type { Card } from "./card.ts";
import type { Message } from "./decide.ts";
import { timeOfDay } from "./duration.ts";
import type { Incident } from "./incident.ts";
import type { Place } from "./links.ts";
import { isOpen } from "./record.ts";

/** What the stage's own test of the road is told under; also where the incident table keeps it. */
export const roadTestGroup = "Test of the alarm road";

const alarmOfAStage = new RegExp(`^${names.alarmRoad("[a-z0-9-]+?")}$`);

/** Whether an alarm is the one that a stage has for trying its road: it watches nothing, and is set off by hand. */
export function isRoadTest(alarmName: string): boolean {
  return alarmOfAStage.test(alarmName);
}

/** Where a test goes: everywhere. One of another stage, which shares the topic, is not this road's. */
export function destinationsOfTest({ alarm }: RoadTest, { stage, destinations }: Road): readonly string[] {
  return alarm === names.alarmRoad(stage) ? Object.keys(destinations) : [];
}

type RoadTest = Extract<Incident["story"], { readonly kind: "road-test" }>;

interface Road {
  readonly stage: string;
  readonly destinations: Readonly<Record<string, unknown>>;
}

/** A test reads as one at a glance, and nobody is to do anything about it. */
export function roadTestCard({ entries }: Message, { stage, region }: Place, now: number): Card {
  const over = entries.every((entry) => !isOpen(entry));
  const [began, ended] = [Math.min(...entries.map(({ since }) => since)), Math.max(...entries.map(({ at }) => at))];
  const title = `${roadTestGroup}: nothing is wrong`;
  const status = over
    ? `It arrived here. Over since ${timeOfDay(ended, now)}`
    : `Sent at ${timeOfDay(began, now)} to see that alarms arrive here`;
  return {
    tone: over ? "good" : "info",
    title,
    status,
    lines: [],
    unlisted: 0,
    facts: [],
    chart: undefined,
    log: [],
    links: [],
    footer: `${stage} · ${region}`,
    fallback: `${title} · ${status}`,
  };
}
