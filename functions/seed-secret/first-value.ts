import { createHash } from "node:crypto";
import { withoutQuoting } from "#rotation/errors.ts";
import type { Keys } from "./request.ts";

export interface SecretStore {
  /** Whether a version has the label AWSCURRENT. */
  hasCurrentValue(secretArn: string): Promise<boolean>;
  /** `taken` when a version with this token exists already, with whatever value. */
  put(secretArn: string, token: string, value: string): Promise<"written" | "taken">;
}

export interface SeedPorts {
  readonly store: SecretStore;
  /** Cryptographically random bytes. */
  randomBytes(size: number): Buffer;
}

/** `kept`: the secret had a value, and keeps it. */
export type SeedOutcome = "seeded" | "kept";

/**
 * Gives a secret its first value, unless it has one. The token depends on the secret alone: of two runs at once, or of
 * a run repeated after its answer was lost, one writes and the other finds the version there.
 */
export async function seedFirstValue(
  secretArn: string,
  keys: Keys,
  { store, randomBytes }: SeedPorts,
): Promise<SeedOutcome> {
  if (await store.hasCurrentValue(secretArn)) return "kept";
  const value = Object.fromEntries(
    Object.entries(keys).map(([key, filling]) => [
      key,
      "placeholder" in filling ? filling.placeholder : randomBytes(filling.randomBytes).toString("base64"),
    ]),
  );
  const put = await withoutQuoting(`Secrets Manager did not accept the first value of ${secretArn}`, () =>
    store.put(secretArn, firstValueToken(secretArn), JSON.stringify(value)),
  );
  return put === "written" ? "seeded" : "kept";
}

/** Secrets Manager takes tokens of 32 to 64 characters. */
export function firstValueToken(secretArn: string): string {
  return createHash("sha256").update(`first value of ${secretArn}`).digest("hex");
}
