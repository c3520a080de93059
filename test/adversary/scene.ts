import type { CrimeKind } from "./crimes.ts";
import type { Plot } from "./plot.ts";
import type { SecretsManager } from "./secrets-manager.ts";
import type { Task } from "./service.ts";
import type { Stack } from "./splunk.ts";
import type { Time } from "./time.ts";
import type { Values } from "./values.ts";

/** A world as far as it can be looked at while it is being made. */
export interface Scene {
  readonly plot: Plot;
  readonly time: Time;
  readonly secrets: SecretsManager;
  readonly stacks: ReadonlyMap<string, Stack>;
  readonly values: Values;
  /** Tokens of what an adopted secret held before. */
  readonly adopted: Set<string>;
  /** Called once, when the first credential is about to be revoked. */
  readonly whenRevoking: (() => void)[];
  note(words: string): void;
  accuse(kind: CrimeKind, secret: string, words: string): void;
  /** Tasks that have not ended, of services in the map or not. */
  alive(): readonly { readonly service: string; readonly task: Task }[];
}
