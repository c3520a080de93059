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

/** Services a balancer and its stacks hold: about 9 resources each, and CloudFormation stops at 500 a stack. */
export const servicesPerShard = 50;

/**
 * The balancers of services where a stage has several, from 1: the entry's own; that on which it is deployed, as none of
 * what it is made of can move; or one by its key, for the same reason, unless that is full.
 */
export function placeServices(
  entries: readonly Entry[],
  shards: number,
  placed: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, number> {
  const standing = (key: string) => {
    const shard = Object.hasOwn(placed, key) ? placed[key] : undefined;
    return shard === undefined || shard > shards ? undefined : shard;
  };
  const places = new Map(
    entries.flatMap(([key, { shard = standing(key) }]) => (shard === undefined ? [] : [[key, shard] as const])),
  );
  const taken = (shard: number) => [...places.values()].filter((other) => other === shard).length;
  for (const [key] of entries) {
    if (places.has(key)) continue;
    const first = hash(`shard:${key}`) % shards;
    const order = Array.from({ length: shards }, (_, step) => 1 + ((first + step) % shards));
    places.set(key, order.find((shard) => taken(shard) < servicesPerShard) ?? 1 + first);
  }
  return places;
}

function hash(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
