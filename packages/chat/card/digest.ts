import type { Message } from "../decide/decide.ts";
import { isOpen, type Tally } from "../record/record.ts";
import { timeOfDay } from "../text/duration.ts";
import type { Card } from "./card.ts";
import type { Place } from "./links.ts";

/** What the messages of many groups add up to. */
export function tallyOf(messages: readonly Message[], since: number, before?: Tally): Tally {
  const changes = messages.flatMap(({ fresh, recovered, entries }) => {
    const lasting = entries.filter(isOpen).length;
    const firing = Math.min(fresh.length, lasting);
    return [{ firing, recovered: recovered.length, other: fresh.length - firing }];
  });
  const sum = (pick: (change: { firing: number; recovered: number; other: number }) => number) =>
    changes.reduce((total, change) => total + pick(change), 0);
  return {
    since: before?.since ?? since,
    firing: (before?.firing ?? 0) + sum(({ firing }) => firing),
    recovered: (before?.recovered ?? 0) + sum(({ recovered }) => recovered),
    other: (before?.other ?? 0) + sum(({ other }) => other),
  };
}

const named = 12;

/** One card for many groups: how many, where, and the worst first. */
export function digestCard(groups: ReadonlyMap<string, Message>, tally: Tally, place: Place, now: number): Card {
  const rows = [...groups]
    .map(([group, { entries }]) => ({ group, open: entries.filter(isOpen), count: entries.length, entries }))
    .sort((one, other) => other.open.length - one.open.length || one.group.localeCompare(other.group));
  const critical = rows.some(({ open }) => open.some(({ severity }) => severity === "critical"));
  const firing = rows.filter(({ open }) => open.length > 0);
  const tone = firing.length === 0 ? "good" : critical ? "critical" : "warning";
  const title = firing.length === 0 ? `${rows.length} services recovered` : `Storm: ${firing.length} services in alarm`;
  const status = `${tally.firing} started, ${tally.recovered} recovered${tally.other === 0 ? "" : `, ${tally.other} other events`} since ${timeOfDay(tally.since, now)}`;
  return {
    tone,
    title,
    status,
    lines: [
      ...rows.slice(0, named).map(({ group, open, count, entries }) => ({
        tone: open.length === 0 ? ("good" as const) : ("warning" as const),
        text:
          open.length === 0
            ? `${group}: ${count} recovered`
            : `${group}: ${open.length} ongoing, ${entries.findLast(isOpen)?.headline ?? ""}`,
      })),
    ],
    unlisted: Math.max(0, rows.length - named),
    facts: [],
    chart: undefined,
    log: [],
    links: [
      {
        label: "All alarms",
        url: `https://${place.region}.console.aws.amazon.com/cloudwatch/home?region=${place.region}#alarmsV2:?~(alarmStateFilter~'ALARM)`,
      },
    ],
    footer: `${place.stage} · ${place.region} · too many for a message each`,
    fallback: `${title} · ${status}`,
  };
}
