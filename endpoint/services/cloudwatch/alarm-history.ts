import type { Alarm, AlarmState } from "./alarm.ts";
import type { StateChange } from "./notification.ts";

export type HistoryItemType = "ConfigurationUpdate" | "StateUpdate" | "Action";

export interface HistoryItem {
  readonly alarm: string;
  readonly alarmType: "MetricAlarm" | "CompositeAlarm";
  readonly at: number;
  readonly type: HistoryItemType;
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}

/** CloudWatch keeps 30 days; here the last ten thousand items. */
const maxItems = 10_000;

export class AlarmHistory {
  readonly #items: HistoryItem[] = [];

  /** Newest first. */
  items(): readonly HistoryItem[] {
    return [...this.#items].reverse();
  }

  recordConfiguration(alarm: Alarm, change: "created" | "updated" | "deleted", at: number): void {
    const summary = `Alarm "${alarm.definition.name}" ${change}`;
    const data = { version: "1.0", type: { created: "Create", updated: "Update", deleted: "Delete" }[change] };
    this.#record(alarm, "ConfigurationUpdate", summary, data, at);
  }

  recordState({ alarm, from, to }: StateChange): void {
    const data = { version: "1.0", oldState: stateForHistory(from), newState: stateForHistory(to) };
    this.#record(alarm, "StateUpdate", `Alarm updated from ${from.value} to ${to.value}`, data, to.updatedAt);
  }

  recordAction(alarm: Alarm, action: string, failure: string | undefined, at: number): void {
    const outcome = failure === undefined ? "Successfully executed" : "Failed to execute";
    const data = {
      actionState: failure === undefined ? "Succeeded" : "Failed",
      notificationResource: action,
      ...(failure !== undefined && { error: failure }),
    };
    this.#record(alarm, "Action", `${outcome} action ${action}`, data, at);
  }

  #record(alarm: Alarm, type: HistoryItemType, summary: string, data: object, at: number): void {
    const alarmType = alarm.definition.kind === "metric" ? "MetricAlarm" : "CompositeAlarm";
    this.#items.push({ alarm: alarm.definition.name, alarmType, at, type, summary, data: JSON.stringify(data) });
    if (this.#items.length > maxItems) this.#items.shift();
  }
}

function stateForHistory(state: AlarmState) {
  const { value, reason, reasonData } = state;
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: JSON.parse(reasonData) }),
  };
}
