import * as v from "valibot";
import type { Records, Sessions } from "../sessions/index.ts";

/** 30 days: how long a login lasts, in seconds. */
export const loginSeconds = 30 * 24 * 3600;
export const accessSeconds = 3600;
/** From the consent page to the return from Google. */
export const authorizationSeconds = 600;
export const codeSeconds = 120;
/** Anybody may register a client, so one that nobody uses to log in is soon forgotten. */
export const strangerSeconds = 24 * 3600;
/** How long a used code is remembered: who presents it again ends the login that it began. */
export const usedCodeSeconds = 3600;
/** A client that nobody has used to log in for a year has to register again. */
export const clientSeconds = 365 * 24 * 3600;

const strings = v.array(v.string());

/** What a client asked for, kept while its user is at the consent page and then at Google. */
const authorization = v.object({
  clientId: v.string(),
  clientName: v.optional(v.string()),
  redirectUri: v.string(),
  state: v.optional(v.string()),
  codeChallenge: v.string(),
  scopes: strings,
  /** Hash of the cookie of the browser that asked: no other browser may finish it. */
  browser: v.string(),
});
export type Authorization = v.InferOutput<typeof authorization>;

const departure = v.object({ authorization, nonce: v.string(), verifier: v.string() });

const user = v.object({ subject: v.string(), email: v.optional(v.string()), name: v.optional(v.string()) });
export type User = v.InferOutput<typeof user>;

const providerTokens = v.object({
  accessToken: v.string(),
  refreshToken: v.optional(v.string()),
  /** Seconds since the epoch. */
  expiresAt: v.number(),
});
export type ProviderTokens = v.InferOutput<typeof providerTokens>;

const code = v.object({ authorization, user, google: providerTokens });
/** The login that a code began. */
const redemption = v.object({ loginId: v.string() });

const login = v.object({
  user,
  clientId: v.string(),
  clientName: v.optional(v.string()),
  /** Seconds since the epoch. */
  expiresAt: v.number(),
});
export type Login = v.InferOutput<typeof login>;

/** Access and refresh tokens are stored by their hash, and point at the login they belong to. */
const token = v.object({
  loginId: v.string(),
  clientId: v.string(),
  scopes: strings,
  /** Seconds since the epoch. */
  expiresAt: v.number(),
  /** Milliseconds since the epoch at which a refresh token was exchanged for its successor. */
  rotatedAt: v.optional(v.number()),
});
export type Token = v.InferOutput<typeof token>;

/** The refresh token that took another's place. It is sealed as all records are, and forgotten after the grace. */
const successor = v.object({ refresh: v.string() });

/** RFC 7591 client metadata with the id and the secret that the server made; it is also what a registration answers. */
const client = v.object({
  client_id: v.string(),
  client_id_issued_at: v.optional(v.number()),
  client_name: v.optional(v.string()),
  client_secret: v.optional(v.string()),
  client_secret_expires_at: v.optional(v.number()),
  redirect_uris: strings,
  token_endpoint_auth_method: v.optional(v.string()),
  grant_types: v.optional(strings),
  response_types: v.optional(strings),
});
export type Client = v.InferOutput<typeof client>;

export interface LoginRecords {
  readonly clients: Records<Client>;
  readonly authorizations: Records<Authorization>;
  readonly departures: Records<v.InferOutput<typeof departure>>;
  readonly codes: Records<v.InferOutput<typeof code>>;
  readonly redemptions: Records<v.InferOutput<typeof redemption>>;
  readonly logins: Records<Login>;
  /** Apart from the login, because a refresh at the provider rewrites them while the login stays. */
  readonly google: Records<ProviderTokens>;
  readonly accessTokens: Records<Token>;
  readonly refreshTokens: Records<Token>;
  readonly successors: Records<v.InferOutput<typeof successor>>;
}

export function openLoginRecords(sessions: Sessions): LoginRecords {
  return {
    clients: sessions.records("client", client),
    authorizations: sessions.records("authorization", authorization),
    departures: sessions.records("departure", departure),
    codes: sessions.records("code", code),
    redemptions: sessions.records("redemption", redemption),
    logins: sessions.records("login", login),
    google: sessions.records("google", providerTokens),
    accessTokens: sessions.records("access", token),
    refreshTokens: sessions.records("refresh", token),
    successors: sessions.records("successor", successor),
  };
}
