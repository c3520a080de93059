import type { ClientRegistry, GoogleUser } from "./client.ts";
import { consentPage } from "./consent.ts";
import type { GrantBook } from "./grant.ts";

export type AuthorizationAnswer =
  | { readonly kind: "page"; readonly status: number; readonly html: string }
  | { readonly kind: "redirect"; readonly location: string };

export interface AuthorizationParts {
  readonly clients: ClientRegistry;
  readonly grants: GrantBook;
  readonly users: readonly GoogleUser[];
  /** Whether a refresh token was asked for, in the provider's way. */
  readonly isOffline: (request: URLSearchParams) => boolean;
}

/** `GET` shows the accounts, `POST` is the choice of one. Google shows what is wrong with a request; it never redirects it. */
export function answerAuthorization(
  method: string,
  parameters: URLSearchParams,
  { clients, grants, users, isOffline }: AuthorizationParts,
): AuthorizationAnswer {
  const request = new URLSearchParams(parameters);
  const account = request.get("account");
  request.delete("account");

  const client = clients.get(request.get("client_id") ?? "");
  const redirectUri = request.get("redirect_uri") ?? "";
  if (client === undefined) return problem(401, "Error 401: invalid_client", "The OAuth client was not found.");
  if (!client.redirectUris.includes(redirectUri)) {
    return problem(400, "Error 400: redirect_uri_mismatch", `redirect_uri=${redirectUri} is not registered.`);
  }
  if (request.get("response_type") !== "code" || (request.get("scope") ?? "") === "") {
    return problem(400, "Error 400: invalid_request", "Required parameter is missing: response_type or scope.");
  }
  if (method !== "POST") return { kind: "page", status: 200, html: consentPage(request, users) };

  const target = new URL(redirectUri);
  const state = request.get("state");
  if (state !== null) target.searchParams.set("state", state);
  const user = users.find(({ sub }) => sub === account);
  if (user === undefined) {
    target.searchParams.set("error", "access_denied");
    return { kind: "redirect", location: target.href };
  }
  const scope = request.get("scope") ?? "";
  target.searchParams.set(
    "code",
    grants.issueCode({
      clientId: client.id,
      redirectUri,
      scope,
      user,
      nonce: request.get("nonce") ?? undefined,
      codeChallenge: request.get("code_challenge") ?? undefined,
      offline: isOffline(request),
    }),
  );
  target.searchParams.set("scope", scope);
  target.searchParams.set("authuser", "0");
  target.searchParams.set("prompt", request.get("prompt") ?? "none");
  return { kind: "redirect", location: target.href };
}

function problem(status: number, title: string, text: string): AuthorizationAnswer {
  return {
    kind: "page",
    status,
    html: `<!doctype html><title>${title}</title><h1>${title}</h1><pre>${encode(text)}</pre>`,
  };
}

const encode = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
