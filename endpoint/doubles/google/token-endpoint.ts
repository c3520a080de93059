import { SignJWT } from "jose";
import type { ClientRegistry, GoogleClient, GoogleUser } from "./client.ts";
import { accessSeconds, type Grant, type GrantBook, isVerified } from "./grant.ts";
import type { SigningKey } from "./key.ts";

export interface GoogleAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An error of `https://oauth2.googleapis.com/token`, in Google's words. */
export function refuse(status: 400 | 401, error: string, description: string): GoogleAnswer {
  return { status, body: { error, error_description: description } };
}

export interface TokenEndpointParts {
  readonly issuer: string;
  readonly clients: ClientRegistry;
  readonly grants: GrantBook;
  readonly key: SigningKey;
  readonly accessSeconds: () => number;
  /** What an ID token says of its user, besides who it is. */
  readonly claimsOf: (user: GoogleUser) => Readonly<Record<string, unknown>>;
}

export const defaultAccessSeconds = accessSeconds;

/** Authenticates the client first, so that a bogus code distinguishes a good pair (`invalid_grant`) from a bad one. */
export async function answerTokenRequest(
  parameters: URLSearchParams,
  authorization: string | undefined,
  parts: TokenEndpointParts,
): Promise<GoogleAnswer> {
  const client = authenticate(parameters, authorization, parts.clients);
  if (!("id" in client)) return client;
  const grantType = parameters.get("grant_type");
  switch (grantType) {
    case "authorization_code":
      return redeemCode(parameters, client, parts);
    case "refresh_token":
      return refresh(parameters, client, parts);
    case null:
      return refuse(400, "invalid_request", "Required parameter is missing: grant_type");
    default:
      return refuse(400, "unsupported_grant_type", `Invalid grant_type: ${grantType}`);
  }
}

function authenticate(
  parameters: URLSearchParams,
  authorization: string | undefined,
  clients: ClientRegistry,
): GoogleClient | GoogleAnswer {
  const [basicId, basicSecret] = readBasic(authorization);
  const id = basicId ?? parameters.get("client_id");
  const secret = basicSecret ?? parameters.get("client_secret");
  if (id === null || id === "") return refuse(400, "invalid_request", "Could not determine client ID from request.");
  const client = clients.get(id);
  if (client === undefined) return refuse(401, "invalid_client", "The OAuth client was not found.");
  if (secret === null) return refuse(400, "invalid_request", "client_secret is missing.");
  if (!client.secrets.includes(secret)) return refuse(401, "invalid_client", "The provided client secret is invalid.");
  return client;
}

function readBasic(authorization: string | undefined): readonly (string | undefined)[] {
  if (!authorization?.startsWith("Basic ")) return [];
  const [id, secret] = Buffer.from(authorization.slice(6), "base64").toString().split(":", 2);
  return [decodeURIComponent(id ?? ""), decodeURIComponent(secret ?? "")];
}

async function redeemCode(
  parameters: URLSearchParams,
  client: GoogleClient,
  parts: TokenEndpointParts,
): Promise<GoogleAnswer> {
  const code = parameters.get("code");
  if (code === null || code === "") return refuse(400, "invalid_request", "Missing required parameter: code");
  if (!code.startsWith("4/")) return refuse(400, "invalid_grant", "Malformed auth code.");
  const grant = parts.grants.takeCode(code);
  if (grant === undefined || grant.clientId !== client.id) return refuse(400, "invalid_grant", "Bad Request");
  if (grant.redirectUri !== parameters.get("redirect_uri")) return refuse(400, "redirect_uri_mismatch", "Bad Request");
  if (grant.codeChallenge !== undefined) {
    const verifier = parameters.get("code_verifier");
    if (verifier === null) return refuse(400, "invalid_grant", "Missing code verifier.");
    if (!isVerified(grant.codeChallenge, verifier)) return refuse(400, "invalid_grant", "Invalid code verifier.");
  }
  const refreshToken = grant.offline ? { refresh_token: parts.grants.issueRefresh(grant) } : {};
  return { status: 200, body: { ...(await tokensFor(grant, parts)), ...refreshToken } };
}

async function refresh(
  parameters: URLSearchParams,
  client: GoogleClient,
  parts: TokenEndpointParts,
): Promise<GoogleAnswer> {
  const token = parameters.get("refresh_token");
  if (token === null) return refuse(400, "invalid_request", "Missing required parameter: refresh_token");
  const grant = parts.grants.refresh(token);
  if (grant === undefined || grant.clientId !== client.id) {
    return refuse(400, "invalid_grant", "Token has been expired or revoked.");
  }
  return { status: 200, body: await tokensFor(grant, parts) };
}

async function tokensFor(grant: Grant, parts: TokenEndpointParts): Promise<Readonly<Record<string, unknown>>> {
  const seconds = parts.accessSeconds();
  const idToken = await new SignJWT({
    azp: grant.clientId,
    ...parts.claimsOf(grant.user),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
  })
    .setProtectedHeader({ alg: "RS256", kid: parts.key.id, typ: "JWT" })
    .setIssuer(parts.issuer)
    .setAudience(grant.clientId)
    .setSubject(grant.user.sub)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(parts.key.privateKey);
  return {
    access_token: parts.grants.issueAccess(grant, seconds),
    expires_in: seconds,
    scope: grant.scope,
    token_type: "Bearer",
    ...(grant.scope.split(" ").includes("openid") ? { id_token: idToken } : {}),
  };
}
