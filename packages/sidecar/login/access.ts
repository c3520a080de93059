import { ResponseBodyError } from "openid-client";
import type { GoogleAccess } from "../toolbox/tool.ts";
import type { IdentityProvider } from "./identity.ts";
import { type LoginRecords, loginSeconds } from "./records.ts";
import type { Grant } from "./tokens.ts";

/** A token that expires sooner than this is refreshed first: the call it is for takes time, too. */
const refreshAheadSeconds = 60;

/** The identity provider, Google for one, on behalf of the user of a login. */
export function accessProvider(
  provider: IdentityProvider,
  records: LoginRecords,
  { loginId, login }: Grant,
): GoogleAccess {
  const { name } = provider;

  async function accessToken(): Promise<string> {
    const tokens = await records.google.get(loginId);
    if (tokens === undefined) throw new Error(`${name}'s grant for this login is gone. Log in again.`);
    const now = Math.floor(Date.now() / 1000);
    if (tokens.expiresAt - now > refreshAheadSeconds) return tokens.accessToken;
    if (tokens.refreshToken === undefined) throw new Error(`${name}'s grant for this login has expired. Log in again.`);
    const renewed = await provider.refresh(tokens.refreshToken).catch((error: unknown) => explainRefusal(error, name));
    await records.google.set(loginId, renewed, Math.min(loginSeconds, login.expiresAt - now));
    return renewed.accessToken;
  }
  return { accessToken, profile: async () => provider.profile(await accessToken(), login.user.subject) };
}

function explainRefusal(error: unknown, name: string): never {
  if (error instanceof ResponseBodyError && error.error === "invalid_grant") {
    throw new Error(`${name} has revoked its grant for this user. Log in again.`, { cause: error });
  }
  throw new Error(`${name} did not renew this user's access. Try again later.`, { cause: error });
}
