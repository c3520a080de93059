import {
  InvalidGrantError,
  InvalidTargetError,
  TemporarilyUnavailableError,
} from "@modelcontextprotocol/sdk/server/auth/errors.js";
import type { OAuthServerProvider } from "@modelcontextprotocol/sdk/server/auth/provider.js";
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import type { OAuthClientInformationFull } from "@modelcontextprotocol/sdk/shared/auth.js";
import { OAuthClientInformationFullSchema } from "@modelcontextprotocol/sdk/shared/auth.js";
import type { AuditClient } from "../audit/index.ts";
import { StoreUnavailable } from "../sessions/index.ts";
import { bindBrowser } from "./browser.ts";
import { remember } from "./memo.ts";
import { sendConsentPage } from "./page.ts";
import { authorizationSeconds, clientSeconds, type LoginRecords, loginSeconds, strangerSeconds } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";
import { type Grant, openTokenDesk } from "./tokens.ts";

/** The only scope: to use the server. What a user may do with Google is between Google and the user. */
export const scope = "mcp";

export interface LoginProvider extends OAuthServerProvider {
  /** The login behind a verified access token. */
  grantOf(info: AuthInfo): Promise<Grant>;
}

export interface ProviderOptions {
  readonly records: LoginRecords;
  readonly externalUrl: URL;
  /** What tokens are valid for: the public URL of `/mcp`. */
  readonly resource: URL;
  readonly audit: AuditClient;
  readonly now?: () => number;
}

/**
 * This server as an OAuth 2.1 authorization server for MCP clients; the protocol itself is the SDK's. Users prove who
 * they are at Google (see `routes.ts`), and clients get tokens of this server, never Google's.
 */
export function createLoginProvider(options: ProviderOptions): LoginProvider {
  const { records, resource, audit } = options;
  const now = options.now ?? Date.now;
  const desk = openTokenDesk({
    records,
    resource,
    now,
    onReuse: (grant) =>
      audit.record({ action: "logout", outcome: "failed", reason: "refresh_token_reused", ...whoIs(grant) }),
  });
  const verified = remember(desk.verify, now);

  async function keep(client: unknown, seconds: number): Promise<OAuthClientInformationFull> {
    const full = OAuthClientInformationFullSchema.parse(client);
    await records.clients.set(full.client_id, full, seconds);
    return full;
  }

  function checkResource(asked: URL | undefined): void {
    const bare = (url: URL): string => url.href.replace(/\/$/, "");
    if (asked === undefined || bare(asked) === bare(resource) || bare(asked) === bare(options.externalUrl)) return;
    throw new InvalidTargetError(`Tokens of this server are only valid for ${resource.href}.`);
  }

  return {
    clientsStore: {
      getClient: (id) =>
        answer(async () => {
          const client = await records.clients.get(id);
          return client === undefined ? undefined : OAuthClientInformationFullSchema.parse(client);
        }),
      registerClient: (client) => answer(() => keep(client, strangerSeconds)),
    },
    authorize: (client, params, res) =>
      answer(async () => {
        checkResource(params.resource);
        const id = mintSecret();
        const authorization = {
          clientId: client.client_id,
          ...(client.client_name === undefined ? {} : { clientName: client.client_name }),
          redirectUri: params.redirectUri,
          ...(params.state === undefined ? {} : { state: params.state }),
          codeChallenge: params.codeChallenge,
          scopes: [scope],
          browser: bindBrowser(res, options.externalUrl),
        };
        await records.authorizations.set(hashSecret(id), authorization, authorizationSeconds);
        sendConsentPage(res, {
          id,
          clientName: client.client_name ?? client.client_id,
          redirectHost: new URL(params.redirectUri).host || params.redirectUri,
          server: options.externalUrl.host,
        });
      }),
    challengeForAuthorizationCode: (client, code) =>
      answer(async () => {
        const issued = await records.codes.get(hashSecret(code));
        if (issued?.authorization.clientId !== client.client_id) throw unknownCode();
        return issued.authorization.codeChallenge;
      }),
    exchangeAuthorizationCode: (client, code, _verifier, redirectUri, asked) =>
      answer(async () => {
        checkResource(asked);
        const issued = await records.codes.take(hashSecret(code));
        if (issued?.authorization.clientId !== client.client_id) throw unknownCode();
        const { authorization, user, google } = issued;
        if (redirectUri !== undefined && redirectUri !== authorization.redirectUri) {
          throw new InvalidGrantError("redirect_uri is not the one the code was issued for.");
        }
        const loginId = mintSecret().slice(0, 22);
        const login = {
          user,
          clientId: client.client_id,
          ...(client.client_name === undefined ? {} : { clientName: client.client_name }),
          expiresAt: Math.floor(now() / 1000) + loginSeconds,
        };
        await records.google.set(loginId, google, loginSeconds);
        await records.logins.set(loginId, login, loginSeconds);
        await keep(client, clientSeconds);
        const tokens = await desk.issue({ loginId, login }, authorization.scopes);
        audit.record({ action: "login", outcome: "success", ...whoIs({ loginId, login }) });
        return tokens;
      }),
    exchangeRefreshToken: (client, refreshToken, _scopes, asked) =>
      answer(async () => {
        checkResource(asked);
        return (await desk.rotate(client.client_id, refreshToken)).tokens;
      }),
    verifyAccessToken: (token) => answer(async () => (await verified.get(token)).info),
    grantOf: (info) => answer(() => verified.get(info.token)),
    revokeToken: (client, { token }) =>
      answer(async () => {
        const ended = await desk.revoke(client.client_id, token);
        verified.forget();
        if (ended !== undefined) audit.record({ action: "logout", outcome: "success", ...whoIs(ended) });
      }),
  };
}

export function whoIs({ loginId, login }: Grant) {
  return {
    session: loginId,
    user: { id: login.user.subject, email: login.user.email },
    client: { id: login.clientId, name: login.clientName },
  };
}

function unknownCode(): InvalidGrantError {
  return new InvalidGrantError("The authorization code is unknown, expired or used.");
}

/** OAuth's own code for "try again later", which `answerOutage` sends as a 503. */
async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new TemporarilyUnavailableError(error.message);
    throw error;
  }
}
