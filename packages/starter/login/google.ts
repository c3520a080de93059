import * as oidc from "openid-client";
import type { LoginConfig } from "../config.ts";
import type { GoogleTokens, User } from "./records.ts";

type GoogleConfig = Extract<LoginConfig, { kind: "google" }>;

/** Secrets of one trip to Google and back. */
export interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Google {
  authorizationUrl(trip: Trip): Promise<URL>;
  /** Redeems the callback's code and checks the ID token: signature, issuer, audience, nonce, expiry. */
  redeem(callback: URLSearchParams, trip: Trip): Promise<{ readonly user: User; readonly tokens: GoogleTokens }>;
  refresh(refreshToken: string): Promise<GoogleTokens>;
  profile(accessToken: string, subject: string): Promise<{ readonly name?: string | undefined }>;
}

const timeoutSeconds = 10;

export function connectGoogle(config: GoogleConfig, now: () => number = Date.now): Google {
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Fetched once and kept; fetched again after a failure. */
  function discover(): Promise<oidc.Configuration> {
    const execute = [oidc.enableNonRepudiationChecks];
    if (config.issuer.protocol === "http:") execute.push(oidc.allowInsecureRequests);
    discovered ??= oidc
      .discovery(config.issuer, config.clientId, undefined, oidc.ClientSecretPost(config.clientSecret), {
        execute,
        timeout: timeoutSeconds,
      })
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  }

  const tokensOf = (answer: oidc.TokenEndpointResponse, refreshToken?: string): GoogleTokens => {
    const refresh = answer.refresh_token ?? refreshToken;
    return {
      accessToken: answer.access_token,
      expiresAt: Math.floor(now() / 1000) + (answer.expires_in ?? 0),
      ...(refresh === undefined ? {} : { refreshToken: refresh }),
    };
  };

  return {
    authorizationUrl: async ({ state, nonce, verifier }) =>
      oidc.buildAuthorizationUrl(await discover(), {
        redirect_uri: config.redirectUri.href,
        scope: ["openid", "email", "profile", ...config.scopes].join(" "),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        // Google hands out a refresh token only for offline access, and after the first time only with consent.
        // https://developers.google.com/identity/protocols/oauth2/web-server#offline
        access_type: "offline",
        prompt: "consent",
      }),
    redeem: async (callback, { state, nonce, verifier }) => {
      const current = new URL(config.redirectUri);
      current.search = callback.toString();
      const answer = await oidc.authorizationCodeGrant(await discover(), current, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      return { user: identify(answer.claims(), config.allowedDomains), tokens: tokensOf(answer) };
    },
    refresh: async (refreshToken) =>
      tokensOf(await oidc.refreshTokenGrant(await discover(), refreshToken), refreshToken),
    profile: async (accessToken, subject) => {
      const { name } = await oidc.fetchUserInfo(await discover(), accessToken, subject);
      return { name };
    },
  };
}

/** Google has authenticated the user, but this server does not admit them. */
export class UserRefused extends Error {
  readonly user: User;

  constructor(user: User, message: string) {
    super(message);
    this.name = "UserRefused";
    this.user = user;
  }
}

function identify(claims: oidc.IDToken | undefined, allowedDomains: readonly string[]): User {
  if (claims === undefined) throw new Error("Google answered without an ID token.");
  const email = typeof claims.email === "string" ? claims.email : undefined;
  const name = typeof claims.name === "string" ? claims.name : undefined;
  const user: User = {
    subject: claims.sub,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  };
  // `hd` is the proof of membership in a Workspace domain; the part after the @ of an address is not.
  // https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
  const domain = typeof claims.hd === "string" ? claims.hd : "none";
  if (allowedDomains.length > 0 && !allowedDomains.includes(domain)) {
    throw new UserRefused(
      user,
      `Accounts of ${allowedDomains.join(", ")} may log in here; this account's domain is ${domain}.`,
    );
  }
  return user;
}
