import type { IssuerPorts, RedisAuth } from "../issuers/index.ts";
import { current, holderOf } from "../labels.ts";
import { adminIdOf, type RotationMap } from "../map.ts";
import type { SecretStore } from "../ports.ts";

/** ElastiCache's client is made when a secret needs it: most fleets never do. */
export const redisAuth: RedisAuth = {
  update: async (...change) => (await load()).update(...change),
  available: async (group) => (await load()).available(group),
};

async function load(): Promise<RedisAuth> {
  const { ElastiCacheClient } = await import("@aws-sdk/client-elasticache");
  const { redisAuthOf } = await import("./redis-auth.ts");
  return redisAuthOf(new ElastiCacheClient({}));
}

/** How issuers read the administrator's credentials: at the moment they need them. */
export function readerOf(map: RotationMap, store: SecretStore): IssuerPorts["readSecret"] {
  return async (key) => {
    const id = adminIdOf(map, key);
    const { versions } = await store.describe(id);
    const versionId = holderOf(versions, current);
    return versionId === undefined ? undefined : store.read(id, versionId);
  };
}
