/** Where sealed records are kept. Every method but `status` throws {@link StoreUnavailable} while the store is down. */
export interface Store {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** Reads and deletes in one step, so that of two callers one gets the value. */
  take(key: string): Promise<string | undefined>;
  /** Sets what is not there, in one step: of two callers both get the value of one. */
  claim(key: string, value: string, ttlSeconds: number): Promise<string>;
  delete(...keys: readonly string[]): Promise<void>;
  status(): StoreStatus;
  close(): Promise<void>;
}

export interface StoreStatus {
  readonly backend: "valkey" | "memory";
  readonly connected: boolean;
  readonly tls: boolean;
}

export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super("The session store does not answer. It is retried automatically; try again in a few seconds.", { cause });
    this.name = "StoreUnavailable";
  }
}
