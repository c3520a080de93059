import { withoutQuoting } from "./errors.ts";
import type { NewVersion, SecretStore } from "./ports.ts";

/** Writes a version. The value it carries is in no error. */
export function putVersion(store: SecretStore, secretId: string, version: NewVersion): ReturnType<SecretStore["put"]> {
  return withoutQuoting(`Secrets Manager took no new version of ${secretId}`, () => store.put(secretId, version));
}
