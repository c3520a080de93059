import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { names } from "#fleet";
import type { Stage } from "../stage.ts";
import { copyOf } from "./copy.ts";
import { NotPossible, type Step } from "./step.ts";

/**
 * A copy of the stage's Redis is made beside it, and deleted again: nobody's session is touched. How many keys each has is
 * what ElastiCache tells CloudWatch, as nobody but the tasks can reach either.
 */
export const sessions: Step = {
  id: "sessions",
  title: "Redis is restored from a snapshot, into a group beside it",
  async run(exercise) {
    const { stage, until, putBack } = exercise;
    const { plan } = stage;
    if (!plan.services.some((service) => service.sessions))
      throw new NotPossible("No service of the map has sessions.");
    const copy = copyOf(exercise);
    const count = (node: string, since: number) => countKeys(stage, node, since);
    const source = await copy.describe(names.redis(plan.stage));
    const [node] = source?.MemberClusters ?? [];
    if (source === undefined || node === undefined)
      throw new NotPossible(`${names.redis(plan.stage)} is not deployed.`);
    const before = await until(`CloudWatch to have the number of keys of ${node}`, () => count(node, 0));
    if (before === 0) throw new NotPossible("Redis has no key that could come back: log in somewhere, and try again.");
    // What a drill that was killed left behind.
    await copy.delete();
    putBack({ what: `no snapshot and no group ${copy.name} in ElastiCache`, undo: copy.delete });
    const began = Date.now();
    await copy.snapshot(source.ReplicationGroupId);
    await copy.restore(source, node);
    const made = await until(`${copy.name} to be available`, async () => {
      const group = await copy.describe();
      if (group?.Status === "create-failed") throw new Error(`ElastiCache could not create ${copy.name}.`);
      return group?.Status === "available" ? group.MemberClusters?.[0] : undefined;
    });
    const restoredMs = Date.now() - began;
    const restored = await until(
      `CloudWatch to have the number of keys of ${made}`,
      async () => (await count(made, began)) || undefined,
    );
    const now = (await count(node, 0)) ?? before;
    // Sessions begin and end meanwhile.
    const least = Math.floor(0.9 * Math.min(before, now));
    if (restored < least) throw new Error(`Of ${before} keys ${restored} came back from the snapshot.`);
    return `${restored} of ${before} keys came back, in ${Math.round(restoredMs / 1_000)} s.`;
  },
};

/** The newest number that CloudWatch has, from `since` on. */
async function countKeys({ aws }: Stage, CacheClusterId: string, since: number): Promise<number | undefined> {
  const Metric = {
    Namespace: "AWS/ElastiCache",
    MetricName: "CurrItems",
    Dimensions: [{ Name: "CacheClusterId", Value: CacheClusterId }],
  };
  const { MetricDataResults } = await aws.client(CloudWatchClient).send(
    new GetMetricDataCommand({
      MetricDataQueries: [{ Id: "keys", MetricStat: { Metric, Period: 60, Stat: "Maximum" } }],
      StartTime: new Date(Math.max(since - 60_000, Date.now() - 15 * 60_000)),
      EndTime: new Date(Date.now() + 60_000),
      ScanBy: "TimestampDescending",
    }),
  );
  return MetricDataResults?.[0]?.Values?.[0];
}
