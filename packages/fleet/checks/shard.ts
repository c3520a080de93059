import type { Entry } from "../entry.ts";
import { rulePriority, shardOf } from "../placement.ts";
import type { Problem } from "../problem.ts";
import { duplicates } from "./duplicate.ts";

/** Services a balancer and its stacks hold: about 9 resources each, and CloudFormation stops at 500 a stack. */
export const servicesPerShard = 50;

export function checkShards(stage: string, shards: number, entries: readonly Entry[]): readonly Problem[] {
  const placed = entries.map((entry) => ({
    key: entry[0],
    shard: shardOf(entry, shards),
    priority: rulePriority(entry),
  }));
  const problems: Problem[] = placed
    .filter(({ shard }) => shard > shards)
    .map(({ key, shard }) => ({
      field: `services.${key}.shard`,
      value: shard,
      allowed: `1 to ${shards} in stage ${stage}`,
      remedy: `Raise stages.${stage}.shards, or choose a lower shard.`,
    }));
  for (let shard = 1; shard <= shards; shard++) {
    const here = placed.filter((place) => place.shard === shard);
    if (here.length > servicesPerShard) {
      problems.push({
        field: `stages.${stage}.shards`,
        value: shards,
        allowed: `at most ${servicesPerShard} services a balancer; number ${shard} would have ${here.length}`,
        remedy: "Raise shards (services move between balancers once), or pin services with `shard`.",
      });
    }
    for (const { first, entry } of duplicates(here, ({ priority }) => String(priority))) {
      problems.push({
        field: `services.${entry.key}`,
        value: entry.priority,
        allowed: `a listener rule priority of its own; services.${first.key} has this one`,
        remedy: "Rename one of the two keys, or give one another rulePriority or shard.",
      });
    }
  }
  return problems;
}
