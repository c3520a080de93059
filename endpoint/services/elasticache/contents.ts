import type { Redis } from "ioredis";

/** A key with its value, as the server's own DUMP writes it. */
export interface StoredKey {
  readonly database: number;
  readonly key: Buffer;
  readonly payload: Buffer;
  /** Milliseconds since the epoch; 0 for one that stays. */
  readonly expiresAt: number;
}

/** What is in a server. */
export interface Contents {
  count(): Promise<number>;
  /** Every key, one after the other: of one instant only while nobody writes. */
  read(): Promise<readonly StoredKey[]>;
  /** Into a server that is empty. What has expired since is left out. */
  write(keys: readonly StoredKey[]): Promise<void>;
}

const atOnce = 500;

export function contentsOf(control: Redis): Contents {
  /** By database: its number of keys. */
  const sizes = async () => {
    const keyspace = await control.info("keyspace");
    return [...keyspace.matchAll(/^db(\d+):keys=(\d+)/gm)].map(
      ([, database, keys]) => ({ database: Number(database), keys: Number(keys) }) as const,
    );
  };
  const inDatabase = async <T>(database: number, work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = control.duplicate({ db: database });
    redis.on("error", () => undefined);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  return {
    count: async () => (await sizes()).reduce((sum, { keys }) => sum + keys, 0),
    async read() {
      const found: StoredKey[] = [];
      for (const { database } of await sizes()) {
        found.push(...(await inDatabase(database, (redis) => readDatabase(redis, database))));
      }
      return found;
    },
    async write(keys) {
      for (const [database = 0, own = []] of Map.groupBy(keys, (one) => one.database)) {
        await inDatabase(database, async (redis) => {
          for (let from = 0; from < own.length; from += atOnce)
            await Promise.all(
              own
                .slice(from, from + atOnce)
                .filter(({ expiresAt }) => expiresAt === 0 || expiresAt > Date.now())
                .map(({ key, payload, expiresAt }) => redis.restore(key, expiresAt, payload, "ABSTTL")),
            );
        });
      }
    },
  };
}

async function readDatabase(redis: Redis, database: number): Promise<readonly StoredKey[]> {
  const found = new Map<string, StoredKey>();
  let cursor = "0";
  do {
    const [next, keys]: [Buffer, Buffer[]] = await redis.scanBuffer(cursor, "COUNT", atOnce);
    const read = await Promise.all(
      keys.map(async (key) => ({ key, payload: await redis.dumpBuffer(key), ttl: await redis.pttl(key) })),
    );
    for (const { key, payload, ttl } of read) {
      // It may have expired since it was listed; and a scan may list a key twice.
      if (payload === null || ttl === -2) continue;
      const expiresAt = ttl < 0 ? 0 : Date.now() + ttl;
      found.set(key.toString("latin1"), { database, key, payload, expiresAt });
    }
    cursor = next.toString();
  } while (cursor !== "0");
  return [...found.values()];
}
