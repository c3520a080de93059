import type { Alarm, AlarmState } from "../model/alarm.ts";
import type { Message } from "../model/chat.ts";
import { matches } from "../state/attention.ts";
import type { ConsoleState } from "../state/state.ts";
import { age } from "./format.ts";
import { Heard } from "./messages.tsx";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";

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
  readonly perform: Perform;
}

export function Alarms({ state, filter, perform }: AlarmsProps) {
  const { alarms, now, unreadable } = state;
  const named = namedOf(alarms ?? [], filter);
  const unnamed = (alarms ?? []).filter((alarm) => alarm.state === "OK" && !named.includes(alarm)).length;
  const notable = notableOf(state);
  const about = askedAbout(location.search);
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
      {about !== undefined && <About group={about} stage={state.stage} perform={perform} />}
      {alarms?.length === 0 && <p class="empty">No alarm is deployed.</p>}
      {notable.length > 0 && (
        <ul class="firing" aria-label="In alarm, or just recovered">
          {notable.map((alarm) => (
            <Notable
              key={alarm.name}
              alarm={alarm}
              state={state}
              now={now}
              asked={about !== undefined && (alarm.service === about || alarm.name === about)}
            />
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
  /** Whether the reader came for it. */
  readonly asked: boolean;
}

/** An alarm with its message. */
function Notable({ alarm, state: { chats }, now, asked }: NotableProps) {
  const { name, state, reason, since } = alarm;
  const told = messageOf(alarm, chats?.messages ?? []);
  return (
    <li class={state === "ALARM" ? "on" : "over"} aria-current={asked ? "true" : undefined}>
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

/** What a link in a message leads to: `?about=google_workspace`, or `?about=Alarm name`. */
function askedAbout(search: string): string | undefined {
  const about = new URLSearchParams(search).get("about")?.replace(/^Alarm /, "");
  return about !== undefined && /^[\w.-]{1,255}$/.test(about) ? about : undefined;
}

interface AboutProps {
  readonly group: string;
  readonly stage: string;
  readonly perform: Perform;
}

/** What to press or to type about it: the chats whose messages have no buttons lead here. */
function About({ group, stage, perform }: AboutProps) {
  const on = `--stage ${stage}`;
  return (
    <section class="about" aria-label={`About ${group}`}>
      <p>
        A message about <strong>{group}</strong> led here.
      </p>
      {perform !== undefined && (
        <p class="buttons">
          <button type="button" onClick={() => perform({ kind: "acknowledge-alarms", about: group })}>
            Acknowledge
          </button>
          <button type="button" onClick={() => perform({ kind: "silence-alarms", about: group })}>
            Silence for 1 h
          </button>
        </p>
      )}
      <p>What may be done, typed where the map is:</p>
      <dl>
        <dt>Silence it for an hour</dt>
        <dd>
          <code>{`./fleet alarms mute ${group} ${on} --reason "…"`}</code>
        </dd>
        <dt>Take it: everybody sees who has it</dt>
        <dd>
          <code>{`./fleet alarms acknowledge ${group} ${on}`}</code>
        </dd>
        <dt>End it in the chats</dt>
        <dd>
          <code>{`./fleet alarms close ${group} ${on}`}</code>
        </dd>
      </dl>
    </section>
  );
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
