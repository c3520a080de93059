import { table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import type { Load } from "./read.ts";

export function showLoads(loads: readonly Load[], paint: Paint): readonly string[] {
  const rows = loads.map((load) => [
    paint.bold(load.service),
    text(load.requestsPerMinute, (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0))),
    text(load.failedShare, (value) => mark(`${(value * 100).toFixed(1)}%`, value > 0.01, paint)),
    text(load.p95Ms, (value) => `${value.toFixed(0)} ms`),
    text(load.cpuPercent, (value) => mark(`${value.toFixed(0)}%`, value >= 80, paint)),
    text(load.memoryPercent, (value) => mark(`${value.toFixed(0)}%`, value >= 80, paint)),
  ]);
  return table(["SERVICE", "REQ/MIN", "5XX", "P95", "CPU", "MEMORY"], rows);
}

/** What CloudWatch has no value of is not 0. */
function text(value: number | null, write: (value: number) => string): string {
  return value === null ? "-" : write(value);
}

function mark(word: string, high: boolean, paint: Paint): string {
  return high ? paint.yellow(word) : word;
}
