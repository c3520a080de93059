import { createHash } from "node:crypto";
import type { Entry } from "./entry.ts";

/** ALB takes priorities 1 to 50000; those above the OAuth rule's reserved room are spread by key. */
const first = 1000;
const last = 49_999;

/**
 * The listener rule priority of a service: its own, or one by its key alone, so that adding or removing a service never
 * renumbers another: CloudFormation updates rules one by one, and a renumbering meets `PriorityInUse` halfway.
 */
export function rulePriority([key, { oauth }]: Entry): number {
  return typeof oauth === "object" ? oauth.rulePriority : first + (hash(`rule:${key}`) % (last - first + 1));
}

/** The balancer of a service where a stage has several: its own, or one by its key, for the same reason. From 1. */
export function shardOf([key, { shard }]: Entry, shards: number): number {
  return shard ?? 1 + (hash(`shard:${key}`) % shards);
}

function hash(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
