import type { Clock, MetricSink } from "#endpoint/core/ports.ts";
import { memberClusters, type ReplicationGroup } from "./model.ts";

/** Every minute on AWS: here a test waits for it. */
const everyMs = 5_000;

interface Reported {
  readonly group: ReplicationGroup;
  readonly server: { readonly contents: { count(): Promise<number> } };
}

/**
 * How many keys each node has, as ElastiCache tells CloudWatch.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
 */
export async function reportItems(
  { clock, metrics }: { readonly clock: Clock; readonly metrics: MetricSink },
  available: () => readonly Reported[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await Promise.all(
      available().map(async ({ group, server }) => {
        // One that is being started again has nothing to report.
        const value = await server.contents.count().catch(() => undefined);
        if (value === undefined) return;
        for (const CacheClusterId of memberClusters(group))
          metrics.put({
            namespace: "AWS/ElastiCache",
            metric: "CurrItems",
            dimensions: { CacheClusterId },
            value,
            at: clock.now(),
            unit: "Count",
          });
      }),
    );
    await clock.sleep(everyMs, signal);
  }
}
