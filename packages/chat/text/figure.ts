import { durationOf } from "./duration.ts";

/** Three digits that matter, and no more decimals than that. */
export function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toPrecision(2);
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

const steps = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A figure with its unit, as `unitWords` has it: 2147483648 bytes are 2 GiB to a reader, and 5423 s are 1 h 30 min. */
export function measure(value: number, unit: string): string {
  if (unit === " s" && value >= 300) return durationOf(value * 1000);
  if (unit === " ms" && value >= 10_000) return `${figure(value / 1000)} s`;
  if (!unit.startsWith(" bytes")) return `${figure(value)}${unit}`;
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)));
  return `${figure(value / 1024 ** step)} ${steps[step]}${unit.slice(" bytes".length)}`;
}

/**
 * CloudWatch's units as they stand behind a figure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export function unitWords(unit: string | undefined): string {
  if (unit === undefined || unit === "Count" || unit === "None") return "";
  if (unit === "Percent") return "%";
  if (unit === "Seconds") return " s";
  if (unit === "Milliseconds") return " ms";
  if (unit === "Microseconds") return " µs";
  return ` ${unit.toLowerCase().replace("/second", "/s").replace("count/", "/")}`;
}
