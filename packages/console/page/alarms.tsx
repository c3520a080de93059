import type { Alarm, AlarmState } from "../model/alarm.ts";
import type { ConsoleState } from "../state/state.ts";
import { age } from "./format.ts";
import { Panel } from "./panel.tsx";

const words: Readonly<Record<AlarmState, string>> = { ALARM: "alarm", INSUFFICIENT_DATA: "no data", OK: "OK" };
const tones: Readonly<Record<AlarmState, string>> = { ALARM: "bad", INSUFFICIENT_DATA: "neutral", OK: "good" };
const order: readonly AlarmState[] = ["ALARM", "INSUFFICIENT_DATA", "OK"];

export function Alarms({ state: { alarms, now, unreadable } }: { readonly state: ConsoleState }) {
  const firing = alarms?.filter(({ state }) => state === "ALARM") ?? [];
  return (
    <Panel title="Alarms" class="alarms" problem={unreadable.alarms} aside={<Tally alarms={alarms ?? []} />}>
      {alarms?.length === 0 && <p class="empty">No alarm is deployed.</p>}
      {firing.length > 0 && (
        <ul class="firing" aria-label="In alarm">
          {firing.map(({ name, reason, since }) => (
            <li key={name}>
              <strong>{name}</strong> <span class="facts">for {age(since, now)}</span>
              <p class="reason">{reason}</p>
            </li>
          ))}
        </ul>
      )}
      {groups(alarms ?? []).map(([owner, members]) => (
        <div key={owner} class="group">
          <h3>{owner}</h3>
          <ul class="chips">
            {members.map(({ name, subject, state }) => (
              <li key={name} class={`mark ${tones[state]}`} title={`${name}: ${words[state]}`}>
                {subject} <span class="state">{words[state]}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Panel>
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
