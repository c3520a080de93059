import { createHash } from "node:crypto";

/** ALB takes priorities 1 to 50000; those above the OAuth rule's reserved room are spread by key. */
const first = 1000;
const last = 49_999;

/**
 * The listener rule priority of a service. It depends on the key alone, so that adding or removing a service never
 * renumbers another: CloudFormation updates rules one by one, and a renumbering meets `PriorityInUse` halfway.
 */
export function rulePriority(serviceKey: string): number {
  return first + (hash(`rule:${serviceKey}`) % (last - first + 1));
}

/** The balancer of a service where a stage has several: by the key alone, for the same reason. From 1. */
export function shardOf(serviceKey: string, shards: number): number {
  return 1 + (hash(`shard:${serviceKey}`) % shards);
}

function hash(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
