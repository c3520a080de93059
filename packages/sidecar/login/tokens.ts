import { OAuthFailure } from "./oauth-failure.ts";
import { accessSeconds, type Login, type LoginRecords, type Token } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";

/** A client whose answer got lost may present the old refresh token again for this long; later it counts as stolen. */
const rotationGraceMs = 60_000;

export interface Grant {
  readonly loginId: string;
  readonly login: Login;
}

/** What `/token` answers (RFC 6749, 5.1). */
export interface Tokens {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export interface TokenDesk {
  issue(grant: Grant, scopes: readonly string[]): Promise<Tokens>;
  /** @throws {OAuthFailure} `invalid_grant` for a token that is unknown, expired, of another client, or used before */
  rotate(clientId: string, refreshToken: string): Promise<Tokens>;
  /** @throws {OAuthFailure} `invalid_token` for one that is unknown or expired, or whose login has ended */
  verify(accessToken: string): Promise<Grant>;
  /** Ends the login with all its tokens; undefined when there is none. */
  end(loginId: string): Promise<Grant | undefined>;
  /** Ends the login that the access or refresh token belongs to; undefined when there is none. */
  revoke(clientId: string, token: string): Promise<Grant | undefined>;
}

export interface TokenDeskOptions {
  readonly records: LoginRecords;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called when a login was ended because its refresh token was presented twice. */
  readonly onReuse: (grant: Grant) => void;
}

/** Opaque tokens, stored by hash. All of a login's tokens die with it. */
export function openTokenDesk(options: TokenDeskOptions): TokenDesk {
  const { records, now } = options;
  const seconds = (): number => Math.floor(now() / 1000);

  const lifeOf = ({ expiresAt }: Login): number => expiresAt - seconds();

  async function issueAccess({ loginId, login }: Grant, scopes: readonly string[], refresh: string): Promise<Tokens> {
    const access = mintSecret();
    const life = Math.min(accessSeconds, lifeOf(login));
    const token = { loginId, clientId: login.clientId, scopes: [...scopes], expiresAt: seconds() + life };
    await records.accessTokens.set(hashSecret(access), token, life);
    return {
      access_token: access,
      token_type: "Bearer",
      expires_in: life,
      refresh_token: refresh,
      scope: scopes.join(" "),
    };
  }

  async function issue(grant: Grant, scopes: readonly string[], refresh = mintSecret()): Promise<Tokens> {
    const { loginId, login } = grant;
    const token = { loginId, clientId: login.clientId, scopes: [...scopes], expiresAt: login.expiresAt };
    await records.refreshTokens.claim(hashSecret(refresh), token, lifeOf(login));
    return issueAccess(grant, scopes, refresh);
  }

  async function end(loginId: string): Promise<Grant | undefined> {
    const login = await records.logins.take(loginId);
    await records.google.delete(loginId);
    return login === undefined ? undefined : { loginId, login };
  }

  async function loginOf(token: Token | undefined): Promise<Login | undefined> {
    return token === undefined || token.expiresAt <= seconds() ? undefined : records.logins.get(token.loginId);
  }

  /** OAuth 2.1, 4.3.1: of two parties with the same refresh token one is a thief, so neither keeps the login. */
  async function refuseReuse(grant: Grant): Promise<never> {
    await end(grant.loginId);
    options.onReuse(grant);
    throw new OAuthFailure("invalid_grant", "The refresh token was used before, so its login was ended. Log in again.");
  }

  /**
   * The one token that takes the place of `id`, however often and wherever that is presented within the grace: a client
   * whose answer got lost goes on, and no second lineage begins.
   */
  async function successorOf(id: string, token: Token, grant: Grant): Promise<string> {
    if (token.rotatedAt !== undefined && now() - token.rotatedAt > rotationGraceMs) return refuseReuse(grant);
    const { refresh } = await records.successors.claim(id, { refresh: mintSecret() }, (2 * rotationGraceMs) / 1000);
    const next = await records.refreshTokens.get(hashSecret(refresh));
    return next?.rotatedAt === undefined ? refresh : refuseReuse(grant);
  }

  return {
    issue,
    end,
    rotate: async (clientId, refreshToken) => {
      const id = hashSecret(refreshToken);
      const token = await records.refreshTokens.get(id);
      const login = await loginOf(token);
      if (token === undefined || login === undefined || token.clientId !== clientId) {
        throw new OAuthFailure("invalid_grant", "The refresh token is unknown or its login has ended. Log in again.");
      }
      const grant = { loginId: token.loginId, login };
      const tokens = await issue(grant, token.scopes, await successorOf(id, token, grant));
      // Last: a store that fails before it leaves a token that is no thief's, however long the outage.
      if (token.rotatedAt === undefined) {
        await records.refreshTokens.set(id, { ...token, rotatedAt: now() }, token.expiresAt - seconds());
      }
      return tokens;
    },
    verify: async (accessToken) => {
      const token = await records.accessTokens.get(hashSecret(accessToken));
      const login = await loginOf(token);
      if (token === undefined || login === undefined) {
        throw new OAuthFailure("invalid_token", "The access token is unknown, expired or revoked.");
      }
      return { loginId: token.loginId, login };
    },
    revoke: async (clientId, secret) => {
      const id = hashSecret(secret);
      const token = (await records.refreshTokens.get(id)) ?? (await records.accessTokens.get(id));
      return token === undefined || token.clientId !== clientId ? undefined : end(token.loginId);
    },
  };
}

/** Who a login is, for the audit trail. */
export function whoIs({ loginId, login }: Grant) {
  return {
    session: loginId,
    user: { id: login.user.subject, email: login.user.email },
    client: { id: login.clientId, name: login.clientName },
  };
}
