import * as v from "valibot";
import type { Log } from "../log.ts";
import type { Seal } from "./sealing.ts";
import type { Store } from "./store.ts";

/** Records of one kind, parsed on the way out. A record that cannot be decrypted or parsed counts as absent. */
export interface Records<T> {
  get(id: string): Promise<T | undefined>;
  set(id: string, record: T, ttlSeconds: number): Promise<void>;
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

  return {
    get: async (id) => read(keyOf(id), await store.get(keyOf(id))),
    take: async (id) => read(keyOf(id), await store.take(keyOf(id))),
    set: async (id, record, ttlSeconds) => {
      const text = JSON.stringify(record);
      await store.set(keyOf(id), seal === undefined ? text : await seal.seal(keyOf(id), text), ttlSeconds);
    },
    delete: (id) => store.delete(keyOf(id)),
  };
}
