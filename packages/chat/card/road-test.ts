import type { Message } from "../decide/decide.ts";
import { roadTestGroup } from "../incident/road-test.ts";
import { isOpen } from "../record/record.ts";
import type { Card } from "./card.ts";
import type { Place } from "./links.ts";
import { moment, type Prose, plain } from "./prose.ts";

/** Recognizable as a test at a glance: nobody has to act on it. */
export function roadTestCard({ entries }: Message, { stage, region }: Place, now: number): Card {
  const over = entries.every((entry) => !isOpen(entry));
  const [began, ended] = [Math.min(...entries.map(({ since }) => since)), Math.max(...entries.map(({ at }) => at))];
  const title = `${roadTestGroup}: nothing is wrong`;
  const status: Prose = over
    ? ["Alarms arrive here. Test finished at ", moment(ended, now)]
    : ["Sent at ", moment(began, now), " to check that alarms arrive here"];
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
    runbook: undefined,
    footer: `${stage} · ${region}`,
    fallback: `${title} · ${plain(status)}`,
    lasting: !over,
    mention: [],
  };
}
