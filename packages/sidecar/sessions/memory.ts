import type { Store } from "./store.ts";

/** A store that lives and dies with the process. For one task and for development: {@link Store.status} shows it. */
export function openMemoryStore(now: () => number = Date.now): Store {
  const entries = new Map<string, { readonly value: string; readonly expiresAt: number }>();

  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > now()) return entry.value;
    entries.delete(key);
    return undefined;
  };
  const sweep = setInterval(() => {
    for (const key of entries.keys()) read(key);
  }, 60_000);
  sweep.unref();

  return {
    get: async (key) => read(key),
    set: async (key, value, ttlSeconds) => {
      entries.set(key, { value, expiresAt: now() + ttlSeconds * 1000 });
    },
    claim: async (key, value, ttlSeconds) => {
      const known = read(key);
      if (known === undefined) entries.set(key, { value, expiresAt: now() + ttlSeconds * 1000 });
      return known ?? value;
    },
    take: async (key) => {
      const value = read(key);
      entries.delete(key);
      return value;
    },
    delete: async (...keys) => {
      for (const key of keys) entries.delete(key);
    },
    status: () => ({ backend: "memory", connected: true, tls: false }),
    close: async () => {
      clearInterval(sweep);
      entries.clear();
    },
  };
}
