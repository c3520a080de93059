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

const googleTokens = v.object({
  accessToken: v.string(),
  refreshToken: v.optional(v.string()),
  /** Seconds since the epoch. */
  expiresAt: v.number(),
});
export type GoogleTokens = v.InferOutput<typeof googleTokens>;

const code = v.object({ authorization, user, google: googleTokens });

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

/** RFC 7591 client metadata as the SDK parsed it, and the id and secret it made. */
const client = v.looseObject({
  client_id: v.string(),
  client_name: v.optional(v.string()),
  redirect_uris: strings,
});

export interface LoginRecords {
  readonly clients: Records<v.InferOutput<typeof client>>;
  readonly authorizations: Records<Authorization>;
  readonly departures: Records<v.InferOutput<typeof departure>>;
  readonly codes: Records<v.InferOutput<typeof code>>;
  readonly logins: Records<Login>;
  /** Apart from the login, because a refresh at Google rewrites them while the login stays. */
  readonly google: Records<GoogleTokens>;
  readonly accessTokens: Records<Token>;
  readonly refreshTokens: Records<Token>;
}

export function openLoginRecords(sessions: Sessions): LoginRecords {
  return {
    clients: sessions.records("client", client),
    authorizations: sessions.records("authorization", authorization),
    departures: sessions.records("departure", departure),
    codes: sessions.records("code", code),
    logins: sessions.records("login", login),
    google: sessions.records("google", googleTokens),
    accessTokens: sessions.records("access", token),
    refreshTokens: sessions.records("refresh", token),
  };
}
