import { DescribeSnapshotsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { orMissing } from "#cli/aws.ts";
import type { Question } from "../question.ts";
import { readTemplate } from "../template.ts";

/** Redis is made from a snapshot that is complete, or not at all. */
export const snapshot: Question = {
  about: "whether the snapshot that Redis begins with is there",
  async ask(site) {
    const { stage, account, region, redis } = site.plan;
    const { snapshot: name } = redis;
    if (name === undefined || (await readTemplate(site, "Sessions")) !== undefined) return [];
    const client = site.aws.client(ElastiCacheClient);
    const answer = client.send(new DescribeSnapshotsCommand({ SnapshotName: name }));
    const found = (await orMissing(answer, "SnapshotNotFoundFault"))?.Snapshots?.[0];
    if (found?.SnapshotStatus === "available") return [];
    const field = `stages.${stage}.adopt.redisSnapshot = ${name}`;
    return [
      found === undefined
        ? {
            evidence: `${field}: there is no such snapshot in account ${account} and ${region}.`,
            remedy: "Copy its name from `aws elasticache describe-snapshots`, or leave the field out.",
          }
        : { evidence: `${field}: the snapshot is ${found.SnapshotStatus}.`, remedy: "Deploy once it is available." },
    ];
  },
};
