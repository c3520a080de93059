import type { Alarm, AlarmState } from "../model/alarm.ts";
import type { Message } from "../model/chat.ts";
import { matches } from "../state/attention.ts";
import type { ConsoleState } from "../state/state.ts";
import { age } from "./format.ts";
import { Heard } from "./messages.tsx";
import { Panel } from "./panel.tsx";

const words: Readonly<Record<AlarmState, string>> = { ALARM: "alarm", INSUFFICIENT_DATA: "no data", OK: "OK" };
const tones: Readonly<Record<AlarmState, string>> = { ALARM: "bad", INSUFFICIENT_DATA: "neutral", OK: "good" };
const order: readonly AlarmState[] = ["ALARM", "INSUFFICIENT_DATA", "OK"];
/** An alarm that has ended stays in place this long, so that someone who looked away sees what recovered. */
const recoveredShownMs = 10 * 60_000;
const recoveredShown = 4;

/** So few are all named; of more, those that are OK are one line. */
const fewAlarms = 40;

interface AlarmsProps {
  readonly state: ConsoleState;
  readonly filter: string;
}

export function Alarms({ state, filter }: AlarmsProps) {
  const { alarms, now, unreadable } = state;
  const named = namedOf(alarms ?? [], filter);
  const unnamed = (alarms ?? []).filter((alarm) => alarm.state === "OK" && !named.includes(alarm)).length;
  const notable = notableOf(state);
  return (
    <Panel
      id="alarms"
      title="Alarms"
      class="alarms"
      problem={unreadable.alarms}
      aside={<Tally alarms={alarms ?? []} />}
    >
      {state.chats !== undefined && state.chats.mutes.length > 0 && (
        <ul class="mutes" aria-label="Muted">
          {state.chats.mutes.map(({ target, until, by, reason }) => (
            <li key={target}>
              <strong>{target}</strong> is muted for another {age(now, until)}, by {by}: {reason}
            </li>
          ))}
        </ul>
      )}
      {alarms?.length === 0 && <p class="empty">No alarm is deployed.</p>}
      {notable.length > 0 && (
        <ul class="firing" aria-label="In alarm, or just recovered">
          {notable.map((alarm) => (
            <Notable key={alarm.name} alarm={alarm} state={state} now={now} />
          ))}
        </ul>
      )}
      {groups(named).map(([owner, members]) => (
        <div key={owner} class="group">
          <h3>{owner}</h3>
          <ul class="chips">
            {members.map(({ name, subject, state: alarmState }) => (
              <li key={name} class={`mark ${tones[alarmState]}`} title={`${name}: ${words[alarmState]}`}>
                {subject} <span class="state">{words[alarmState]}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {unnamed > 0 && (
        <p class="empty">
          <span class="mark good">{unnamed} are OK</span>
        </p>
      )}
    </Panel>
  );
}

function namedOf(alarms: readonly Alarm[], filter: string): readonly Alarm[] {
  if (filter !== "")
    return alarms.filter(({ name, service }) => matches(filter, name, service ?? "")).slice(0, fewAlarms);
  return alarms.length <= fewAlarms ? alarms : alarms.filter(({ state }) => state !== "OK").slice(0, fewAlarms);
}

interface NotableProps {
  readonly alarm: Alarm;
  readonly state: ConsoleState;
  readonly now: number;
}

/** An alarm with its message. */
function Notable({ alarm, state: { chats }, now }: NotableProps) {
  const { name, state, reason, since } = alarm;
  const told = messageOf(alarm, chats?.messages ?? []);
  return (
    <li class={state === "ALARM" ? "on" : "over"}>
      <strong>{name}</strong>{" "}
      <span class="facts">
        {words[state]} for {age(since, now)}
      </span>
      {state === "ALARM" && <p class="reason">{reason}</p>}
      {chats !== undefined && told !== undefined && (
        <p class="told">
          “{told.headline}” <Heard heard={told.heard} chats={chats} />
        </p>
      )}
      {told === undefined && state === "ALARM" && chats !== undefined && chats.chats.length > 0 && (
        <p class="told facts">{chats.waiting > 0 ? "On its way to the chats." : "Not sent to any chat."}</p>
      )}
    </li>
  );
}

/** While an alarm fires, a message about its previous recovery is irrelevant. */
function messageOf({ name, state }: Alarm, messages: readonly Message[]): Message | undefined {
  const own = messages.filter(({ origin }) => origin.kind === "alarm" && origin.name === name);
  return own.find(({ phase }) => (phase === "recovered") === (state === "OK"));
}

/** Those that fire, then a few that have recovered, the newest first. */
function notableOf(state: ConsoleState): readonly Alarm[] {
  const newestFirst = state.alarms?.toSorted((a, b) => b.since - a.since) ?? [];
  const recovered = newestFirst.filter((alarm) => hasRecovered(alarm, state));
  return [...newestFirst.filter((alarm) => alarm.state === "ALARM"), ...recovered.slice(0, recoveredShown)];
}

function hasRecovered(alarm: Alarm, { chats, now }: ConsoleState): boolean {
  if (alarm.state !== "OK") return false;
  const told = messageOf(alarm, chats?.messages ?? []);
  return told !== undefined && now - told.at < recoveredShownMs;
}

function Tally({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const parts = order.flatMap((state) => {
    const count = alarms.filter((alarm) => alarm.state === state).length;
    return count === 0 ? [] : [`${count} ${words[state]}`];
  });
  return <span class="facts">{parts.join(" · ")}</span>;
}

function groups(alarms: readonly Alarm[]): readonly (readonly [string, readonly Alarm[]])[] {
  return [...Map.groupBy(alarms, ({ service }) => service ?? "the fleet")];
}
