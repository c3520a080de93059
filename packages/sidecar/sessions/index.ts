/**
 * A session store for any server: records in Redis or Valkey over TLS, encrypted at rest, shared by every task.
 *
 * @example
 * const sessions = openSessions({ backend: { kind: "valkey", address, keys: [key] }, namespace: "mail", log });
 * const carts = sessions.records("cart", v.object({ items: v.array(v.string()) }));
 * await carts.set("42", { items: ["stamp"] }, 3600);
 */
import type * as v from "valibot";
import type { Log } from "../log.ts";
import { openMemoryStore } from "./memory.ts";
import { openRecords, type Records } from "./records.ts";
import { createSeal } from "./sealing.ts";
import type { StoreStatus } from "./store.ts";
import { openValkeyStore, type ValkeyAddress } from "./valkey.ts";

export type { Records } from "./records.ts";
export { createSeal, type Seal, shortestKey } from "./sealing.ts";
export { type Store, type StoreStatus, StoreUnavailable } from "./store.ts";
export type { ValkeyAddress } from "./valkey.ts";

/** Memory is only ever chosen, never a fallback. */
export type SessionBackend =
  | { readonly kind: "valkey"; readonly address: ValkeyAddress; readonly keys: readonly [string, ...string[]] }
  | { readonly kind: "memory" };

export interface SessionOptions {
  readonly backend: SessionBackend;
  /** Keeps services that share one store apart, and survives a deploy: the public host name is a good choice. */
  readonly namespace: string;
  readonly log: Log;
}

export interface SessionStatus extends StoreStatus {
  readonly encrypted: boolean;
}

export interface Sessions {
  records<S extends v.GenericSchema>(kind: string, schema: S): Records<v.InferOutput<S>>;
  status(): SessionStatus;
  close(): Promise<void>;
}

export function openSessions(options: SessionOptions): Sessions {
  const { backend, log } = options;
  const seal = backend.kind === "valkey" ? createSeal(backend.keys) : undefined;
  const store = backend.kind === "valkey" ? openValkeyStore(backend.address, log) : openMemoryStore();
  if (backend.kind === "memory") {
    log.warn(
      "Sessions are kept in this process's memory, as configured: a restart logs everybody out, and two tasks do not " +
        "share a login. Set WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND=valkey to keep them.",
    );
  }
  return {
    records: (kind, schema) => openRecords({ store, seal, schema, log, prefix: `mcp:${options.namespace}:${kind}` }),
    status: () => ({ ...store.status(), encrypted: seal !== undefined }),
    close: () => store.close(),
  };
}
