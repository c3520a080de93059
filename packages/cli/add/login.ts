import type { FleetDefinition } from "#fleet";
import { Failure } from "../failure.ts";

export type LoginKind = "google" | "openid" | "none";
export type Login = ReturnType<typeof loginOf>;

const needed = {
  google: ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET", "SESSION_ENCRYPTION_KEY"],
  openid: ["OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET", "SESSION_ENCRYPTION_KEY"],
  none: [],
} as const;

/** The login, with the map's own secrets that hold what it takes. */
export function loginOf({ secrets }: FleetDefinition, login: LoginKind) {
  const uses = new Map<string, string[]>();
  for (const key of needed[login]) {
    const holder = Object.entries(secrets).find(([, secret]) => Object.hasOwn(secret.keys, key))?.[0];
    if (holder === undefined) {
      throw new Failure(
        `A login by ${login} takes ${key}, and no secret of the map has it: add one, or use --login none.`,
      );
    }
    uses.set(holder, [...(uses.get(holder) ?? []), key]);
  }
  const list = [...uses].map(([secret, keys]) => {
    const all = Object.keys(secrets[secret]?.keys ?? {}).length === keys.length;
    return all ? secret : { secret, keys };
  });
  return list.length === 0 ? { login } : { login, secrets: list };
}
