import type { Clock } from "#endpoint/core/ports.ts";
import type { Router } from "./router.ts";
import { DEFAULT_BUS, type Rule, type Rules } from "./rules.ts";

/** Timers of Node.js hold 24 days at most. */
const MAX_SLEEP_MS = 86_400_000;

export interface Timetable {
  /** Follows a rule as it now is: its schedule, or none if it is disabled or gone. */
  refresh(name: string): void;
  stop(): void;
}

/** Fires the rules that have a schedule. */
export function createTimetable(clock: Clock, rules: Rules, router: Router): Timetable {
  const following = new Map<string, { readonly expression: string; readonly stop: AbortController }>();

  const follow = async (name: string, schedule: NonNullable<Rule["schedule"]>, signal: AbortSignal) => {
    let due = schedule.next(clock.now());
    while (due !== undefined) {
      while (clock.now() < due && !signal.aborted) {
        await clock.sleep(Math.min(due - clock.now(), MAX_SLEEP_MS), signal);
      }
      const rule = rules.bus(DEFAULT_BUS).rules.get(name);
      if (signal.aborted || rule === undefined) return;
      router.fire(
        rule,
        { source: "aws.events", detailType: "Scheduled Event", resources: [rule.arn], detail: {} },
        due,
      );
      // A machine that slept through several occurrences catches up on none of them.
      due = schedule.next(Math.max(due, clock.now() - (schedule.interval ?? 0)));
    }
  };

  return {
    refresh(name) {
      const rule = rules.bus(DEFAULT_BUS).rules.get(name);
      const current = following.get(name);
      // A rate whose description alone changes keeps its rhythm.
      if (rule?.enabled && current?.expression === rule.scheduleExpression) return;
      current?.stop.abort();
      following.delete(name);
      if (rule?.schedule === undefined || rule.scheduleExpression === undefined || !rule.enabled) return;
      const stop = new AbortController();
      following.set(name, { expression: rule.scheduleExpression, stop });
      void follow(name, rule.schedule, stop.signal);
    },
    stop() {
      for (const { stop } of following.values()) stop.abort();
      following.clear();
    },
  };
}
