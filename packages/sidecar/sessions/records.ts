import * as v from "valibot";
import type { Log } from "../log.ts";
import type { Seal } from "./sealing.ts";
import type { Store } from "./store.ts";

/** Records of one kind, parsed on the way out. A record that cannot be decrypted or parsed counts as absent. */
export interface Records<T> {
  get(id: string): Promise<T | undefined>;
  set(id: string, record: T, ttlSeconds: number): Promise<void>;
  /** Sets the record unless there is one, in one step, and returns the one that stands. */
  claim(id: string, record: T, ttlSeconds: number): Promise<T>;
  /** Reads and deletes in one step. */
  take(id: string): Promise<T | undefined>;
  delete(id: string): Promise<void>;
}

export interface RecordsOptions<S extends v.GenericSchema> {
  readonly store: Store;
  /** Undefined keeps records in clear text: for the memory store only. */
  readonly seal: Seal | undefined;
  /** Prefix of every key, ending in the kind: `mcp:google.mcp.example.com:login`. */
  readonly prefix: string;
  readonly schema: S;
  readonly log: Log;
}

export function openRecords<S extends v.GenericSchema>(options: RecordsOptions<S>): Records<v.InferOutput<S>> {
  const { store, seal, prefix, schema, log } = options;
  const keyOf = (id: string): string => `${prefix}:${id}`;

  async function read(key: string, stored: string | undefined): Promise<v.InferOutput<S> | undefined> {
    if (stored === undefined) return undefined;
    const text = seal === undefined ? stored : await seal.open(key, stored);
    if (text === undefined) {
      log.warn(
        "A stored session cannot be decrypted with any key in SESSION_ENCRYPTION_KEY: its user has to log in again.",
        {
          prefix,
        },
      );
      return undefined;
    }
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
    if (parsed.success) return parsed.output;
    log.warn("A stored session has the format of another release: its user has to log in again.", { prefix });
    return undefined;
  }

  async function write(key: string, record: v.InferOutput<S>): Promise<string> {
    const text = JSON.stringify(record);
    return seal === undefined ? text : seal.seal(key, text);
  }

  return {
    get: async (id) => read(keyOf(id), await store.get(keyOf(id))),
    take: async (id) => read(keyOf(id), await store.take(keyOf(id))),
    set: async (id, record, ttlSeconds) => store.set(keyOf(id), await write(keyOf(id), record), ttlSeconds),
    claim: async (id, record, ttlSeconds) => {
      const own = await write(keyOf(id), record);
      const standing = await store.claim(keyOf(id), own, ttlSeconds);
      if (standing === own) return record;
      const known = await read(keyOf(id), standing);
      if (known !== undefined) return known;
      // Sealed by a key that is gone: as good as absent.
      await store.set(keyOf(id), own, ttlSeconds);
      return record;
    },
    delete: (id) => store.delete(keyOf(id)),
  };
}
