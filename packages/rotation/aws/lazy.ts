import type { IssuerPorts, RedisAuth } from "../issuers/index.ts";
import { current, holderOf } from "../labels.ts";
import { adminIdOf, type RotationMap } from "../map.ts";
import type { Announcer, SecretStore, ServiceFleet } from "../ports.ts";

/**
 * Calls `load` once, when it is first needed: a client's code is most of a cold start, and most runs need one of them.
 */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** The topic, behind a client that is loaded with the first notice. */
export function announcerTo(topicArn: string): Announcer {
  const load = once(async () => (await import("./announcer.ts")).announcer(topicArn));
  return { announce: async (notice) => (await load()).announce(notice) };
}

/** The cluster, behind a client that is loaded when a secret is not settled. */
export function fleetOf(cluster: string): ServiceFleet {
  const load = once(async () => (await import("./service-fleet.ts")).serviceFleet(cluster));
  return {
    describe: async (services) => (await load()).describe(services),
    listTasks: async (query) => (await load()).listTasks(query),
    describeTasks: async (tasks) => (await load()).describeTasks(tasks),
    secretsOf: async (taskDefinition) => (await load()).secretsOf(taskDefinition),
    roll: async (service) => (await load()).roll(service),
  };
}

const loadRedis = once(async () => (await import("./redis-auth.ts")).redisAuth());

/** ElastiCache: most fleets never need it. */
export const redisAuth: RedisAuth = {
  update: async (...change) => (await loadRedis()).update(...change),
  available: async (group) => (await loadRedis()).available(group),
};

/** How issuers read the administrator's credentials: at the moment they need them. */
export function readerOf(map: RotationMap, store: SecretStore): IssuerPorts["readSecret"] {
  return async (key) => {
    const id = adminIdOf(map, key);
    const { versions } = await store.describe(id);
    const versionId = holderOf(versions, current);
    return versionId === undefined ? undefined : store.read(id, versionId);
  };
}
