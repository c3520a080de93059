import type { Entry } from "../entry.ts";
import { placeServices, rulePriority, servicesPerShard } from "../placement.ts";
import type { Problem } from "../problem.ts";
import { duplicates } from "./duplicate.ts";

/** @param standing where services are deployed */
export function checkShards(
  stage: string,
  shards: number,
  entries: readonly Entry[],
  standing?: Readonly<Record<string, number>>,
): readonly Problem[] {
  const shardOf = placeServices(entries, shards, standing);
  const placed = entries.map((entry) => ({
    key: entry[0],
    shard: shardOf.get(entry[0]) ?? 1,
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
        remedy: "Raise shards (what is deployed stays where it is), or pin services with `shard`.",
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
