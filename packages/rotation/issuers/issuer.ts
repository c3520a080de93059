import type { Clock } from "../ports.ts";
import type { SecretValue } from "../value.ts";

/** Whether the system that a credential is for accepts this one. `reason` contains no value. */
export type Proof =
  | { readonly verdict: "accepted" }
  | { readonly verdict: "rejected"; readonly reason: string }
  | { readonly verdict: "undecided"; readonly reason: string };

export type Creation =
  | { readonly kind: "value"; readonly value: SecretValue }
  /** Only a person can provide something new, and is asked to. */
  | { readonly kind: "ask"; readonly text: string; readonly remedy: string };

export type Installation = "installed" | "unfinished";

export type Revocation =
  | { readonly kind: "revoked" }
  /** No other system accepts these values, so there is nothing to revoke. */
  | { readonly kind: "none" }
  | { readonly kind: "unfinished" }
  /** Only a person can do it. */
  | { readonly kind: "by-hand"; readonly remedy: string };

/**
 * Who issues a secret's values. Each call may be repeated, and may have died at any point before; a value that was
 * created once is kept by Secrets Manager, so `create` is called once in a successful rotation.
 */
export interface Issuer {
  /** Keys of the secret it changes. All others stay as they are. */
  readonly keys: readonly string[];
  /** Milliseconds until a new credential is accepted everywhere. */
  readonly propagationMs: number;
  create(now: SecretValue, candidate: SecretValue | undefined): Promise<Creation>;
  /** Makes the credential of `next` valid, beside that of `now`. */
  install(next: SecretValue, now: SecretValue): Promise<Installation>;
  prove(value: SecretValue): Promise<Proof>;
  /**
   * Revokes the credentials of `retired`, and any the issuer created that nobody keeps. `kept` is called after the
   * issuer has listed them: a credential created in between is not mistaken for an orphan. The current value is the
   * first of them.
   */
  revoke(retired: readonly SecretValue[], kept: () => Promise<readonly SecretValue[]>): Promise<Revocation>;
}

export interface IssuerPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Milliseconds since the epoch at which a call must have returned. */
  readonly deadline: () => number;
  readonly stage: string;
  readonly auditIndex: string;
  /** Text of the current value of a secret of the map, by its key. */
  readonly readSecret: (key: string) => Promise<string | undefined>;
  readonly redis: RedisAuth;
  readonly googleTokenUrl: string;
}

/** ElastiCache, as far as AUTH goes. */
export interface RedisAuth {
  /** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
  update(replicationGroup: string, token: string, strategy: "ROTATE" | "SET"): Promise<void>;
  /** False while a modification is under way. */
  available(replicationGroup: string): Promise<boolean>;
}
