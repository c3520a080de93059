import { StoreUnavailable } from "../sessions/index.ts";

/** How long an answer of the store is trusted: at most this long, a revoked login still works on another task. */
const freshMs = 15_000;
/** How long it is trusted while the store is down: active users can keep working through a failover. */
const staleMs = 15 * 60_000;
const most = 10_000;

export interface Remembered<T> {
  get(key: string): Promise<T>;
  forget(): void;
}

/**
 * Remembers the store's answers. While the store is down the memory answers instead, so that only users it has
 * not seen recently are turned away.
 */
export function remember<T>(ask: (key: string) => Promise<T>, now: () => number): Remembered<T> {
  const entries = new Map<string, { readonly value: T; readonly at: number }>();

  return {
    get: async (key) => {
      const known = entries.get(key);
      if (known !== undefined && now() - known.at < freshMs) return known.value;
      try {
        const value = await ask(key);
        entries.delete(key);
        entries.set(key, { value, at: now() });
        const [oldest] = entries.keys();
        if (entries.size > most && oldest !== undefined) entries.delete(oldest);
        return value;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) entries.delete(key);
        else if (known !== undefined && now() - known.at < staleMs) return known.value;
        throw error;
      }
    },
    forget: () => entries.clear(),
  };
}
