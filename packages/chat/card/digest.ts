import { inOrder } from "../decide/lead.ts";
import type { Message } from "../decide/message.ts";
import { isDown } from "../incident/incident.ts";
import { isOpen, type Tally, type TallyRow } from "../record/record.ts";
import { clip } from "../text/clip.ts";
import type { Card, Tone } from "./card.ts";
import { consoleOf, type Place } from "./links.ts";
import { moment, type Prose, plain } from "./prose.ts";

/** As many groups as are remembered, and as many as are named. */
const remembered = 50;
const named = 12;

/** What the messages of many groups add up to. */
export function tallyOf(messages: ReadonlyMap<string, Message>, since: number, before?: Tally): Tally {
  const changes = [...messages.values()].map(({ fresh, recovered, entries }) => {
    const firing = Math.min(fresh.length, entries.filter(isOpen).length);
    return { firing, recovered: recovered.length, other: fresh.length - firing };
  });
  const sum = (pick: (change: (typeof changes)[number]) => number) =>
    changes.reduce((total, change) => total + pick(change), 0);
  // Rewritten, a digest still names what it named before.
  const earlier = (before?.rows ?? []).filter(({ group }) => !messages.has(group));
  const rows = [...earlier, ...[...messages].map(([group, message]) => rowOf(group, message))];
  return {
    since: before?.since ?? since,
    firing: (before?.firing ?? 0) + sum(({ firing }) => firing),
    recovered: (before?.recovered ?? 0) + sum(({ recovered }) => recovered),
    other: (before?.other ?? 0) + sum(({ other }) => other),
    rows: rows.toSorted(worstFirst).slice(0, remembered),
  };
}

/** The same once all of it is over. */
export function endedTally(tally: Tally): Tally {
  const rows = tally.rows.map(({ group, text, state }) => ({
    group,
    state: "recovered" as const,
    text: state === "recovered" ? text : "over",
  }));
  return { ...tally, recovered: Math.max(tally.recovered, tally.firing), rows };
}

const states: readonly TallyRow["state"][] = ["down", "critical", "warning", "recovered"];

function worstFirst(one: TallyRow, other: TallyRow): number {
  return states.indexOf(one.state) - states.indexOf(other.state) || one.group.localeCompare(other.group);
}

function rowOf(group: string, { entries, fresh }: Message): TallyRow {
  const open = entries.filter(isOpen);
  const [lead] = inOrder(entries, fresh);
  if (open.length === 0) {
    const ended = entries.every(({ phase }) => phase === "resolved");
    const text = ended ? `${entries.length} recovered` : clip(lead?.headline ?? "", 160);
    return { group, state: ended ? "recovered" : "warning", text };
  }
  const down = open.some(({ incident }) => incident !== undefined && isDown(incident));
  const critical = open.some(({ severity }) => severity === "critical");
  const more = open.length > 1 ? ` (${open.length} ongoing)` : "";
  return {
    group,
    state: down ? "down" : critical ? "critical" : "warning",
    text: `${clip(lead?.headline ?? "", 160)}${more}`,
  };
}

const tones: Readonly<Record<TallyRow["state"], Tone>> = {
  down: "critical",
  critical: "critical",
  warning: "warning",
  recovered: "good",
};

/** One card for many groups: how many, where, and those that are down first. */
export function digestCard(groups: ReadonlyMap<string, Message>, tally: Tally, place: Place, now: number): Card {
  const { rows } = tally;
  const open = [...groups.values()].filter(({ entries }) => entries.some(isOpen)).length;
  const firing = Math.max(open, rows.filter(({ state }) => state !== "recovered").length);
  const down = rows.filter(({ state }) => state === "down").map(({ group }) => group);
  const worst = rows[0]?.state ?? "recovered";
  const which = down.length === 0 ? "" : `, ${down.length} down: ${listed(down)}`;
  const title = firing === 0 ? `${rows.length} services recovered` : `Storm: ${firing} services in alarm${which}`;
  const other = tally.other === 0 ? "" : `, ${tally.other} other events`;
  const status: Prose = [
    `${tally.firing} started, ${tally.recovered} recovered${other} since `,
    moment(tally.since, now),
  ];
  const page = `${consoleOf(place.region)}/cloudwatch/home?region=${place.region}`;
  return {
    tone: tones[worst],
    title,
    status,
    lines: rows.slice(0, named).map(({ group, state, text }) => ({ tone: tones[state], text: [`${group}: ${text}`] })),
    unlisted: Math.max(0, rows.length - named, groups.size - named),
    facts: [],
    chart: undefined,
    log: [],
    links: [{ label: "All alarms", url: `${page}#alarmsV2:?~(alarmStateFilter~'ALARM)` }],
    runbook: undefined,
    footer: `${place.stage} · ${place.region} · too many for a message each`,
    fallback: `${title} · ${plain(status)}`,
    lasting: firing > 0,
    mention: [],
  };
}

function listed(groups: readonly string[]): string {
  const more = groups.length > 4 ? ` and ${groups.length - 4} more` : "";
  return `${groups
    .slice(0, 4)
    .map((group) => clip(group, 60))
    .join(", ")}${more}`;
}
