/** Whether the last round of the probe got through to a service: `packages/probe/metrics.ts`. */
export function probeMetric(stage: string, key: string) {
  return {
    namespace: "MCPFleet",
    metricName: "Up",
    dimensions: [
      { name: "stage", value: stage },
      { name: "mcp-service", value: key },
    ],
  };
}
