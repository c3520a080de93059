import type { Request } from "./model/happening.ts";
import type { Traffic } from "./model/traffic.ts";

const seconds = 60;
const rateSeconds = 10;
/** Of each service and second; beyond it a sample as good as any other takes a random place (Vitter's algorithm R). */
const samplesPerSecond = 200;

interface Second {
  readonly second: number;
  count: number;
  errors: number;
  readonly durations: number[];
}

/** The requests of the last minute, by service, in bounded memory however many they are. */
export class TrafficWindow {
  readonly #services = new Map<string | undefined, Second[]>();

  record({ service, at, status, ms }: Request): void {
    const known = this.#services.get(service) ?? [];
    this.#services.set(service, known);
    const second = Math.floor(at / 1000);
    let slot = known.at(-1);
    if (slot === undefined || slot.second < second) {
      slot = { second, count: 0, errors: 0, durations: [] };
      known.push(slot);
      if (known.length > seconds) known.shift();
    }
    slot.count += 1;
    if (status >= 500) slot.errors += 1;
    const place = slot.durations.length < samplesPerSecond ? slot.durations.length : randomBelow(slot.count);
    if (place < samplesPerSecond) slot.durations[place] = ms;
  }

  /** @param now milliseconds since the epoch; the second it lies in is not over and does not count */
  read(now: number): readonly Traffic[] {
    const end = Math.floor(now / 1000);
    return [...this.#services].map(([service, slots]) => {
      const recent = slots.filter(({ second }) => second >= end - seconds && second < end);
      const bySecond = new Map(recent.map(({ second, count }) => [second, count]));
      const counts = Array.from({ length: seconds }, (_, at) => bySecond.get(end - seconds + at) ?? 0);
      const p95 = percentile95(recent.flatMap(({ durations }) => durations));
      return {
        ...(service === undefined ? {} : { service }),
        span: "minute",
        counts,
        rate: sum(counts.slice(-rateSeconds)) / rateSeconds,
        ...(p95 === undefined ? {} : { p95 }),
        errors: sum(recent.map(({ errors }) => errors)),
      };
    });
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const randomBelow = (limit: number) => Math.floor(Math.random() * limit);

function percentile95(durations: readonly number[]): number | undefined {
  return durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * 0.95) - 1];
}
