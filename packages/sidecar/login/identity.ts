import * as oidc from "openid-client";
import { boundedFetch } from "../bounded-fetch.ts";
import type { LoginConfig } from "../config.ts";
import { admit, isComplete, joinClaims } from "./admittance.ts";
import type { ProviderTokens, User } from "./records.ts";

export type ProviderConfig = Extract<LoginConfig, { kind: "google" | "openid" }>;

/** Secrets of one trip to the provider and back. */
export interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Any OpenID provider: who the user is, and access on their behalf. */
export interface IdentityProvider {
  /** As people know it. */
  readonly name: string;
  /** Which variables configure it, and the secret they come from, for a remedy. */
  readonly settings: { readonly prefix: string; readonly secret: string };
  authorizationUrl(trip: Trip): Promise<URL>;
  /** Redeems the callback's code and checks the ID token: signature, issuer, audience, nonce, expiry. */
  redeem(callback: URLSearchParams, trip: Trip): Promise<{ readonly user: User; readonly tokens: ProviderTokens }>;
  refresh(refreshToken: string): Promise<ProviderTokens>;
  profile(accessToken: string, subject: string): Promise<{ readonly name?: string | undefined }>;
}

const timeoutSeconds = 10;
/** Keys, and claims of somebody in thousands of groups, are some hundred KB. */
const longestAnswer = 2 ** 20;

const settings = {
  google: { prefix: "GOOGLE_OAUTH", secret: "/<stage>/mcp/google-oauth" },
  openid: { prefix: "OPENID", secret: "that the entry injects OPENID_CLIENT_SECRET from" },
} as const;

export function connectProvider(config: ProviderConfig, now: () => number = Date.now): IdentityProvider {
  const ask = boundedFetch(longestAnswer);
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Fetched once and kept; fetched again after a failure. */
  function discover(): Promise<oidc.Configuration> {
    discovered ??= discoverAt(config.issuer)
      // With and without its slash an issuer with a path is two addresses, and people type either.
      .catch((error: unknown) => discoverAt(otherSpelling(config.issuer)).catch(() => Promise.reject(error)))
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  }

  function discoverAt(issuer: URL): Promise<oidc.Configuration> {
    const execute = [oidc.enableNonRepudiationChecks];
    if (issuer.protocol === "http:") execute.push(oidc.allowInsecureRequests);
    return oidc.discovery(issuer, config.clientId, undefined, clientAuth(config.clientSecret), {
      execute,
      timeout: timeoutSeconds,
      [oidc.customFetch]: (url, { body = null, signal = null, ...rest }) => ask(url, { ...rest, body, signal }),
    });
  }

  const tokensOf = (answer: oidc.TokenEndpointResponse, refreshToken?: string): ProviderTokens => {
    const refresh = answer.refresh_token ?? refreshToken;
    return {
      accessToken: answer.access_token,
      expiresAt: Math.floor(now() / 1000) + (answer.expires_in ?? 0),
      ...(refresh === undefined ? {} : { refreshToken: refresh }),
    };
  };

  /** Some providers put little into an ID token and the rest at the userinfo endpoint, as Okta does. */
  async function claimsOf(
    answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  ): Promise<oidc.IDToken> {
    const claims = answer.claims();
    if (claims === undefined) throw new Error(`${config.name} answered without an ID token.`);
    const provider = await discover();
    if (isComplete(claims, config) || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    return joinClaims(await oidc.fetchUserInfo(provider, answer.access_token, claims.sub), claims);
  }

  return {
    name: config.name,
    settings: settings[config.kind],
    authorizationUrl: async ({ state, nonce, verifier }) => {
      const provider = await discover();
      return oidc.buildAuthorizationUrl(provider, {
        redirect_uri: config.redirectUri.href,
        scope: [...new Set(["openid", "email", "profile", ...config.scopes, ...offlineScope(config, provider)])].join(
          " ",
        ),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        // Google hands out a refresh token only for offline access, and after the first time only with consent.
        // https://developers.google.com/identity/protocols/oauth2/web-server#offline
        ...(config.kind === "google" ? { access_type: "offline", prompt: "consent" } : {}),
      });
    },
    redeem: async (callback, { state, nonce, verifier }) => {
      const current = new URL(config.redirectUri);
      current.search = callback.toString();
      const answer = await oidc.authorizationCodeGrant(await discover(), current, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = await claimsOf(answer);
      const user = userOf(claims);
      const refusal = admit(claims, config);
      if (refusal !== undefined) throw new UserRefused(user, refusal);
      return { user, tokens: tokensOf(answer) };
    },
    refresh: async (refreshToken) =>
      tokensOf(await oidc.refreshTokenGrant(await discover(), refreshToken), refreshToken),
    profile: async (accessToken, subject) => {
      const { name } = await oidc.fetchUserInfo(await discover(), accessToken, subject);
      return { name };
    },
  };
}

/**
 * In the form where a provider lists that, else by the header, which is what a provider that lists nothing takes.
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
 */
function clientAuth(secret: string): oidc.ClientAuth {
  const [inForm, byHeader] = [oidc.ClientSecretPost(secret), oidc.ClientSecretBasic(secret)];
  return (provider, client, body, headers) => {
    const isListed = provider.token_endpoint_auth_methods_supported?.includes("client_secret_post") ?? false;
    (isListed ? inForm : byHeader)(provider, client, body, headers);
  };
}

/** The standard's way to a refresh token, for providers that know it; Google and Cognito do not. */
function offlineScope({ kind }: ProviderConfig, provider: oidc.Configuration): readonly string[] {
  const known = provider.serverMetadata().scopes_supported ?? [];
  return kind === "openid" && known.includes("offline_access") ? ["offline_access"] : [];
}

function otherSpelling(issuer: URL): URL {
  const other = new URL(issuer);
  other.pathname = issuer.pathname.endsWith("/") ? issuer.pathname.slice(0, -1) : `${issuer.pathname}/`;
  return other;
}

/** The provider has authenticated the user, but this server does not admit them. */
export class UserRefused extends Error {
  readonly user: User;

  constructor(user: User, message: string) {
    super(message);
    this.name = "UserRefused";
    this.user = user;
  }
}

function userOf(claims: oidc.IDToken): User {
  const email = typeof claims.email === "string" ? claims.email : undefined;
  const name = typeof claims.name === "string" ? claims.name : undefined;
  return {
    subject: claims.sub,
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name }),
  };
}
