import type { Ask } from "../ask.ts";
import type { Clock, SecretStore } from "../ports.ts";
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
  /** Each was seen refused by the system that it is for; `names` as people there know them. */
  | { readonly kind: "revoked"; readonly names: readonly string[] }
  /** No other system accepts these values, so there is nothing to revoke. */
  | { readonly kind: "none" }
  /** `reason` is a sentence without its full stop, and contains no value. */
  | { readonly kind: "unfinished"; readonly reason: string }
  /** Only a person can do it. */
  | { readonly kind: "by-hand"; readonly remedy: string };

/** Called with the names of credentials that no value holds, before they go. */
export type FoundLeftovers = (names: readonly string[]) => Promise<void>;

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
   * issuer has listed them: a credential created in between is not mistaken for a leftover. The current value is the
   * first of them. Returns within half a minute.
   */
  revoke(
    retired: readonly SecretValue[],
    kept: () => Promise<readonly SecretValue[]>,
    found?: FoundLeftovers,
  ): Promise<Revocation>;
  /** What people call the credentials of these values, if anybody but the fleet knows them. */
  names(values: readonly SecretValue[]): Promise<readonly string[]>;
  /** It can find credentials of its own that no version of the secret holds. */
  readonly findsLeftovers: boolean;
}

export interface IssuerPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Keeps the pace at which vendors are asked. */
  readonly store: Pick<SecretStore, "describe" | "tag">;
  /** Milliseconds since the epoch at which a call must have returned. */
  readonly deadline: () => number;
  readonly stage: string;
  readonly auditIndex: string;
  /** Text of the current value of a secret of the map, by its key. */
  readonly readSecret: (key: string) => Promise<string | undefined>;
  readonly redis: RedisAuth;
  readonly googleTokenUrl: string;
}

/** As issuers are given them: vendors are asked at the secret's pace, and in no other way. */
export type AskingPorts = Omit<IssuerPorts, "fetch" | "store"> & { readonly ask: Ask };

/** Milliseconds that a proof may wait for its turn: it is tried again anyway. */
export const turnMs = 2_500;

/** ElastiCache, as far as AUTH goes. */
export interface RedisAuth {
  /** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html */
  update(replicationGroup: string, token: string, strategy: "ROTATE" | "SET"): Promise<void>;
  /** False while a modification is under way. */
  available(replicationGroup: string): Promise<boolean>;
}
