import type { Clock } from "#endpoint/core/ports.ts";
import type { Alarms } from "./alarms.ts";

/** How often it looks which alarms are due, in milliseconds. */
const tickMs = 1_000;

/** Each alarm is evaluated this many times a period, and at least every so often. */
const evaluationsPerPeriod = 4;
const longestWaitMs = 15_000;

/** Between two looks at an alarm, in milliseconds. */
export function waitOf({ period }: { readonly period: number }): number {
  return Math.min((period * 1000) / evaluationsPerPeriod, longestWaitMs);
}

/** Evaluates every metric alarm a few times per period until the signal is aborted. Resolves then. */
export async function evaluateForever(
  alarms: Alarms,
  ports: { readonly clock: Clock; readonly log: (line: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const evaluatedAt = new Map<string, number>();
  while (!signal.aborted) {
    evaluateDue(alarms, ports, evaluatedAt);
    await ports.clock.sleep(tickMs, signal);
  }
}

function evaluateDue(
  alarms: Alarms,
  { clock, log }: { readonly clock: Clock; readonly log: (line: string) => void },
  evaluatedAt: Map<string, number>,
): void {
  const now = clock.now();
  for (const alarm of alarms.all()) {
    const { definition } = alarm;
    if (definition.kind !== "metric") continue;
    if (now - (evaluatedAt.get(definition.name) ?? Number.NEGATIVE_INFINITY) < waitOf(definition)) continue;
    evaluatedAt.set(definition.name, now);
    try {
      alarms.evaluate(alarm, definition);
    } catch (error) {
      // One alarm that cannot be evaluated must not keep the others from it.
      log(`cloudwatch: ${definition.name} was not evaluated: ${error instanceof Error ? error.message : error}`);
    }
  }
}
