import type { Reading } from "./reading.ts";

interface Datum {
  readonly MetricName: "Up" | "Latency" | "Tools";
  readonly Dimensions: { Name: string; Value: string }[];
  readonly Value: number;
  readonly Unit: "None" | "Milliseconds" | "Count";
}

/**
 * What CloudWatch is told. Each name is a metric of its own for each service, billed by the month: `Up`, which the alarm
 * looks at, always, the others where the map asks for them.
 */
export function metricsOf(
  stage: string,
  readings: ReadonlyMap<string, Reading>,
  which: "up" | "all",
): readonly Datum[] {
  return [...readings].flatMap(([key, reading]) => {
    const Dimensions = [
      { Name: "stage", Value: stage },
      { Name: "mcp-service", Value: key },
    ];
    const up: Datum = { MetricName: "Up", Dimensions, Value: reading.state === "down" ? 0 : 1, Unit: "None" };
    if (which === "up") return [up];
    const latency: Datum = { MetricName: "Latency", Dimensions, Value: reading.ms, Unit: "Milliseconds" };
    if (reading.state !== "up") return [up, latency];
    return [up, latency, { MetricName: "Tools", Dimensions, Value: reading.tools.length, Unit: "Count" }];
  });
}
