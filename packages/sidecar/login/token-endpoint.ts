import { createHash } from "node:crypto";
import type { AuditClient } from "../audit/index.ts";
import type { LoginAddress } from "./address.ts";
import { checkResource } from "./authorize.ts";
import { authenticate, readCredentials } from "./client.ts";
import type { Clients } from "./clients.ts";
import { OAuthFailure } from "./oauth-failure.ts";
import { type Client, type LoginRecords, loginSeconds, usedCodeSeconds } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";
import { type TokenDesk, type Tokens, whoIs } from "./tokens.ts";

export interface TokenEndpointParts {
  readonly records: LoginRecords;
  readonly clients: Clients;
  readonly desk: TokenDesk;
  readonly address: LoginAddress;
  readonly audit: AuditClient;
  readonly now: () => number;
  /** Called when a login has ended: nothing may go on trusting it. */
  readonly onEnd: () => void;
}

export interface TokenEndpoint {
  /** @throws {OAuthFailure} */
  exchange(authorization: string | undefined, form: URLSearchParams): Promise<Tokens>;
  /** RFC 7009. @throws {OAuthFailure} */
  revoke(authorization: string | undefined, form: URLSearchParams): Promise<void>;
}

export function openTokenEndpoint(parts: TokenEndpointParts): TokenEndpoint {
  const { records, clients, desk, address, audit, now } = parts;

  async function identify(authorization: string | undefined, form: URLSearchParams): Promise<Client> {
    for (const name of new Set(form.keys())) {
      if (form.getAll(name).length > 1) throw new OAuthFailure("invalid_request", "The request has a parameter twice.");
    }
    const credentials = readCredentials(authorization, form);
    return authenticate(await clients.known(credentials.clientId), credentials);
  }

  async function redeem(client: Client, form: URLSearchParams): Promise<Tokens> {
    const id = hashSecret(required(form, "code"));
    await refuseReplay(id);
    const issued = await records.codes.get(id);
    if (issued?.authorization.clientId !== client.client_id) throw unknownCode();
    const { authorization, user, google } = issued;
    if (!provesChallenge(required(form, "code_verifier"), authorization.codeChallenge)) {
      throw new OAuthFailure("invalid_grant", "code_verifier does not fit the code_challenge.");
    }
    const redirectUri = form.get("redirect_uri");
    if (redirectUri !== null && redirectUri !== authorization.redirectUri) {
      throw new OAuthFailure("invalid_grant", "redirect_uri is not the one the code was issued for.");
    }
    const loginId = mintSecret().slice(0, 22);
    const redemption = await records.redemptions.claim(id, { loginId }, usedCodeSeconds);
    if (redemption.loginId !== loginId) throw unknownCode();
    await records.codes.delete(id);
    const login = {
      user,
      clientId: client.client_id,
      ...(authorization.clientName === undefined ? {} : { clientName: authorization.clientName }),
      expiresAt: Math.floor(now() / 1000) + loginSeconds,
    };
    await records.google.set(loginId, google, loginSeconds);
    await records.logins.set(loginId, login, loginSeconds);
    await clients.keep(client);
    const tokens = await desk.issue({ loginId, login }, authorization.scopes);
    audit.record({ action: "login", outcome: "success", ...whoIs({ loginId, login }) });
    return tokens;
  }

  /** Of two who present a code one is a thief, and nobody can say which: the tokens it yielded end (OAuth 2.1, 4.1.3). */
  async function refuseReplay(id: string): Promise<void> {
    const before = await records.redemptions.get(id);
    if (before === undefined) return;
    const ended = await desk.end(before.loginId);
    parts.onEnd();
    if (ended !== undefined) {
      audit.record({ action: "logout", outcome: "failed", reason: "authorization_code_reused", ...whoIs(ended) });
    }
    throw unknownCode();
  }

  return {
    exchange: async (authorization, form) => {
      const client = await identify(authorization, form);
      checkResource(form.get("resource"), address);
      const grant = required(form, "grant_type");
      switch (grant) {
        case "authorization_code":
          return redeem(client, form);
        case "refresh_token":
          return desk.rotate(client.client_id, required(form, "refresh_token"));
        default:
          throw new OAuthFailure("unsupported_grant_type", "grant_type is authorization_code or refresh_token.");
      }
    },
    revoke: async (authorization, form) => {
      const client = await identify(authorization, form);
      const ended = await desk.revoke(client.client_id, required(form, "token"));
      parts.onEnd();
      if (ended !== undefined) audit.record({ action: "logout", outcome: "success", ...whoIs(ended) });
    },
  };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") throw new OAuthFailure("invalid_request", `${name} is missing.`);
  return value;
}

/** PKCE with S256 (RFC 7636, 4.6). */
function provesChallenge(verifier: string, challenge: string): boolean {
  return /^[\w.~-]{43,128}$/.test(verifier) && createHash("sha256").update(verifier).digest("base64url") === challenge;
}

const unknownCode = () => new OAuthFailure("invalid_grant", "The authorization code is unknown, expired or used.");
