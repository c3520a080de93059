import { createHash } from "node:crypto";
import type { ServiceDefinition } from "./definition.ts";
import type { Entry } from "./entry.ts";

/**
 * ALB takes priorities 1 to 50000. Hosts with a login of their own come before the OAuth paths of any host, and all
 * others after them.
 */
const ownLogin = { first: 1000, last: 24_999 };
export const anyHostPriority = 25_000;
const noLogin = { first: 25_001, last: 49_999 };

/**
 * The listener rule priority of a service: its own, or one by its key alone, so that adding or removing a service never
 * renumbers another: CloudFormation updates rules one by one, and a renumbering meets `PriorityInUse` halfway.
 */
export function rulePriority([key, service]: Entry): number {
  if (typeof service.oauth === "object") return service.oauth.rulePriority;
  const { first, last } = hasOwnLogin(service) ? ownLogin : noLogin;
  return first + (hash(`rule:${key}`) % (last - first + 1));
}

/** A server is told its public address where it has to name it, and that is in the metadata and redirects of a login. */
function hasOwnLogin({ environment = {}, sidecar }: ServiceDefinition): boolean {
  if (sidecar !== undefined) return sidecar.login !== "none";
  return Object.values(environment).some((value) => value.includes("{url}"));
}

/** The balancer of a service where a stage has several: its own, or one by its key, for the same reason. From 1. */
export function shardOf([key, { shard }]: Entry, shards: number): number {
  return shard ?? 1 + (hash(`shard:${key}`) % shards);
}

function hash(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
