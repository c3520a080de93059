import type { Response } from "express";
import { type LoginAddress, scope } from "./address.ts";
import { bindBrowser } from "./browser.ts";
import { cleanName } from "./client.ts";
import { isDocumentAddress } from "./client-document.ts";
import type { Clients } from "./clients.ts";
import { OAuthFailure } from "./oauth-failure.ts";
import { sendConsentPage } from "./page.ts";
import { type Authorization, authorizationSeconds, type Client, type LoginRecords } from "./records.ts";
import { isRegistered } from "./redirect-uri.ts";
import { hashSecret, mintSecret } from "./secret.ts";

export interface AuthorizeParts {
  readonly records: LoginRecords;
  readonly clients: Clients;
  readonly address: LoginAddress;
  readonly providerName: string;
}

const longestState = 1_000;
const known = [
  ...["client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method"],
  ...["state", "scope", "resource"],
] as const;
type Parameter = (typeof known)[number];

/**
 * Shows the consent page. Whatever is wrong with the request is shown here as well, and never sent on: anybody may
 * register an address, and no link of ours may lead there before a person has seen where it goes.
 *
 * @throws {OAuthFailure}
 */
export async function authorize(res: Response, query: URLSearchParams, parts: AuthorizeParts): Promise<void> {
  const { records, clients, address } = parts;
  const asked = readParameters(query);
  const client = asked.client_id === undefined ? undefined : await clients.get(asked.client_id);
  if (client === undefined)
    throw new OAuthFailure("invalid_client", "This server does not know the client. Add it there again.", 400);
  const authorization = { ...check(asked, client, address), browser: bindBrowser(res, address.externalUrl) };
  const id = mintSecret();
  await records.authorizations.set(hashSecret(id), authorization, authorizationSeconds);
  sendConsentPage(res, {
    id,
    clientName: cleanName(client.client_name),
    clientHost: isDocumentAddress(client.client_id) ? new URL(client.client_id).host : undefined,
    redirectHost: new URL(authorization.redirectUri).host,
    server: address.externalUrl.host,
    providerName: parts.providerName,
  });
}

function readParameters(query: URLSearchParams): Partial<Record<Parameter, string>> {
  return Object.fromEntries(
    known.flatMap((name) => {
      const values = query.getAll(name);
      if (values.length > 1) throw new OAuthFailure("invalid_request", `The request has ${name} twice.`);
      return values.map((value) => [name, value]);
    }),
  );
}

function check(
  asked: Partial<Record<Parameter, string>>,
  client: Client,
  address: LoginAddress,
): Omit<Authorization, "browser"> {
  const [only, ...others] = client.redirect_uris;
  const redirectUri = asked.redirect_uri ?? (others.length === 0 ? only : undefined);
  if (redirectUri === undefined || !isRegistered(redirectUri, client.redirect_uris)) {
    throw new OAuthFailure("invalid_request", "redirect_uri is not one that the client registered.");
  }
  if (asked.response_type !== "code") throw new OAuthFailure("invalid_request", 'response_type must be "code".');
  const { code_challenge: codeChallenge = "", code_challenge_method: method, state } = asked;
  if (method !== "S256" || !/^[\w-]{43}$/.test(codeChallenge)) {
    throw new OAuthFailure("invalid_request", "code_challenge is required, with code_challenge_method=S256.");
  }
  if ((state?.length ?? 0) > longestState) {
    throw new OAuthFailure("invalid_request", `state has at most ${longestState} characters.`);
  }
  checkResource(asked.resource, address);
  return {
    clientId: client.client_id,
    ...(client.client_name === undefined ? {} : { clientName: client.client_name }),
    redirectUri,
    ...(state === undefined ? {} : { state }),
    codeChallenge,
    scopes: [scope],
  };
}

/** @throws {OAuthFailure} for tokens of another server (RFC 8707) */
export function checkResource(asked: string | undefined | null, { resource, externalUrl }: LoginAddress): void {
  if (asked === undefined || asked === null) return;
  const bare = (url: string): string | undefined => URL.parse(url)?.href.replace(/\/$/, "");
  if ([resource.href, externalUrl.href].some((own) => bare(own) === bare(asked))) return;
  throw new OAuthFailure("invalid_target", `Tokens of this server are only valid for ${resource.href}.`);
}
