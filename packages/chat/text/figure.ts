/** Three digits that matter, and no more decimals than that. */
export function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toPrecision(2);
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
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
