import { timingSafeEqual } from "node:crypto";
import { OAuthFailure } from "./oauth-failure.ts";
import type { Client } from "./records.ts";

const mostCharacters = 60;

/**
 * A name that a stranger chose, as a person may see it: without what hides or turns characters around (bidirectional
 * and zero-width ones, controls), and short enough that the address below it stays in sight.
 */
export function cleanName(name: string | undefined): string | undefined {
  const clean = (name ?? "")
    .normalize("NFC")
    // Braille's blank is a symbol, and looks like none.
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu, " ")
    // A tower of combining marks covers the lines around it.
    .replace(/(\p{M}{2})\p{M}+/gu, "$1")
    .replace(/\s+/gu, " ")
    .trim();
  const characters = [...clean];
  if (characters.length === 0) return undefined;
  return characters.length > mostCharacters ? `${characters.slice(0, mostCharacters - 1).join("")}…` : clean;
}

/** How a client authenticated itself at `/token` or `/revoke`. */
export interface Credentials {
  readonly clientId: string;
  readonly secret: string | undefined;
}

/**
 * From the header or the form, and never from both (RFC 6749, 2.3.1).
 * @throws {OAuthFailure}
 */
export function readCredentials(authorization: string | undefined, form: URLSearchParams): Credentials {
  const inForm = form.get("client_id");
  if (authorization === undefined) {
    if (inForm === null) throw new OAuthFailure("invalid_client", "The request names no client.");
    return { clientId: inForm, secret: form.get("client_secret") ?? undefined };
  }
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
  const [id, ...rest] = Buffer.from(encoded ?? "", "base64")
    .toString("utf8")
    .split(":");
  const [clientId, secret] = [formDecoded(id ?? ""), formDecoded(rest.join(":"))];
  if (encoded === undefined || clientId === undefined || secret === undefined || clientId === "") {
    throw new OAuthFailure("invalid_client", "Basic authentication is malformed.");
  }
  if (form.has("client_secret") || (inForm !== null && inForm !== clientId)) {
    throw new OAuthFailure(
      "invalid_request",
      "A client authenticates itself in one way: by the header or in the form.",
    );
  }
  return { clientId, secret };
}

/** @throws {OAuthFailure} unless the credentials are the client's own */
export function authenticate(client: Client | undefined, { secret }: Credentials): Client {
  const refused = new OAuthFailure("invalid_client", "The client is unknown, or its secret is wrong. Register again.");
  if (client === undefined) throw refused;
  if (client.client_secret === undefined) return client;
  if (secret === undefined || !isEqual(secret, client.client_secret)) throw refused;
  return client;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
