import { InvalidGrantError, InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import type { OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { accessSeconds, type Login, type LoginRecords, type Token } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";

/** A client whose answer got lost may present the old refresh token again for this long; later it counts as stolen. */
const rotationGraceMs = 60_000;

export interface Grant {
  readonly loginId: string;
  readonly login: Login;
}

export interface TokenDesk {
  issue(grant: Grant, scopes: readonly string[]): Promise<OAuthTokens>;
  /** @throws {InvalidGrantError} for a token that is unknown, expired, of another client, or presented twice. */
  rotate(clientId: string, refreshToken: string): Promise<Grant & { readonly tokens: OAuthTokens }>;
  /** @throws {InvalidTokenError} for a token that is unknown or expired, or whose login has ended. */
  verify(accessToken: string): Promise<Grant & { readonly info: AuthInfo }>;
  /** Ends the login that the access or refresh token belongs to; undefined when there is none. */
  revoke(clientId: string, token: string): Promise<Grant | undefined>;
}

export interface TokenDeskOptions {
  readonly records: LoginRecords;
  /** What the tokens are valid for. */
  readonly resource: URL;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when a login was ended because its refresh token was presented twice. */
  readonly onReuse: (grant: Grant) => void;
}

/** Opaque tokens, stored by hash. All of a login's tokens die with it. */
export function openTokenDesk(options: TokenDeskOptions): TokenDesk {
  const { records, resource, now } = options;
  const seconds = (): number => Math.floor(now() / 1000);

  async function issue({ loginId, login }: Grant, scopes: readonly string[]): Promise<OAuthTokens> {
    const access = mintSecret();
    const refresh = mintSecret();
    const left = login.expiresAt - seconds();
    const accessLife = Math.min(accessSeconds, left);
    const common = { loginId, clientId: login.clientId, scopes: [...scopes] };
    await records.refreshTokens.set(hashSecret(refresh), { ...common, expiresAt: login.expiresAt }, left);
    await records.accessTokens.set(hashSecret(access), { ...common, expiresAt: seconds() + accessLife }, accessLife);
    return {
      access_token: access,
      token_type: "Bearer",
      expires_in: accessLife,
      refresh_token: refresh,
      scope: scopes.join(" "),
    };
  }

  async function end(loginId: string): Promise<void> {
    await records.logins.delete(loginId);
    await records.google.delete(loginId);
  }

  async function loginOf(token: Token | undefined): Promise<Login | undefined> {
    return token === undefined || token.expiresAt <= seconds() ? undefined : records.logins.get(token.loginId);
  }

  return {
    issue,
    rotate: async (clientId, refreshToken) => {
      const id = hashSecret(refreshToken);
      const token = await records.refreshTokens.get(id);
      const login = await loginOf(token);
      if (token === undefined || login === undefined || token.clientId !== clientId) {
        throw new InvalidGrantError("The refresh token is unknown or its login has ended. Log in again.");
      }
      if (token.rotatedAt !== undefined && now() - token.rotatedAt > rotationGraceMs) {
        // OAuth 2.1, 4.3.1: of two parties with the same refresh token one is a thief, so neither keeps the login.
        await end(token.loginId);
        options.onReuse({ loginId: token.loginId, login });
        throw new InvalidGrantError("The refresh token was used before, so its login was ended. Log in again.");
      }
      const grant = { loginId: token.loginId, login };
      const tokens = await issue(grant, token.scopes);
      const rotatedAt = token.rotatedAt ?? now();
      await records.refreshTokens.set(id, { ...token, rotatedAt }, token.expiresAt - seconds());
      return { ...grant, tokens };
    },
    verify: async (accessToken) => {
      const token = await records.accessTokens.get(hashSecret(accessToken));
      const login = await loginOf(token);
      if (token === undefined || login === undefined) {
        throw new InvalidTokenError("The access token is unknown, expired or revoked");
      }
      const { loginId, clientId, scopes, expiresAt } = token;
      return { loginId, login, info: { token: accessToken, clientId, scopes, expiresAt, resource } };
    },
    revoke: async (clientId, secret) => {
      const id = hashSecret(secret);
      const token = (await records.refreshTokens.get(id)) ?? (await records.accessTokens.get(id));
      if (token === undefined || token.clientId !== clientId) return undefined;
      const login = await records.logins.get(token.loginId);
      await end(token.loginId);
      return login === undefined ? undefined : { loginId: token.loginId, login };
    },
  };
}
