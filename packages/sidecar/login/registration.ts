import * as v from "valibot";
import { cleanName } from "./client.ts";
import { OAuthFailure } from "./oauth-failure.ts";
import type { Client } from "./records.ts";
import { checkRedirectUris } from "./redirect-uri.ts";
import { mintSecret } from "./secret.ts";

const methods = ["none", "client_secret_basic", "client_secret_post"] as const;
const grants = ["authorization_code", "refresh_token"] as const;

/** What this server does of what a client can do; a client that can do none of it is of no use here. */
const some = <const T extends string>(known: readonly [T, ...T[]]) =>
  v.pipe(
    v.array(v.string()),
    v.transform((named) => known.filter((one) => named.includes(one))),
    v.check((ours) => ours.includes(known[0])),
  );

/**
 * RFC 7591, section 2: what we know of it. All else, such as logos and pages, is not kept and not shown. Of the grants
 * that a client names, this server may take some, and says which (3.2.1): editors name `device_code` to every server.
 */
const Metadata = v.object({
  redirect_uris: v.array(v.string()),
  client_name: v.optional(v.string()),
  // What RFC 7591 says of a client that names none.
  token_endpoint_auth_method: v.optional(v.picklist(methods), "client_secret_basic"),
  grant_types: v.optional(some(grants), [...grants]),
  response_types: v.optional(some(["code"]), ["code"]),
});
export type Metadata = v.InferOutput<typeof Metadata>;

/** @throws {OAuthFailure} naming the field and what is allowed */
export function parseMetadata(input: unknown): Metadata {
  const parsed = v.safeParse(Metadata, input);
  if (!parsed.success) {
    const field = v.getDotPath(parsed.issues[0]) ?? "the body";
    if (field.startsWith("redirect_uris"))
      throw new OAuthFailure("invalid_redirect_uri", "redirect_uris: name a list of them.");
    throw new OAuthFailure(
      "invalid_client_metadata",
      `${field}: ${rules[field.split(".")[0] ?? ""] ?? "a JSON object is required"}.`,
    );
  }
  return parsed.output;
}

const rules: Readonly<Record<string, string>> = {
  client_name: "a text is allowed",
  token_endpoint_auth_method: `${methods.join(", ")} are allowed`,
  grant_types: `${grants[0]} must be among them`,
  response_types: '"code" must be among them',
};

/**
 * A new client. One that keeps a secret gets one, which does not expire: that would end its users' logins.
 * @throws {OAuthFailure} for an address that clients may not have people sent to
 */
export function register(metadata: Metadata, allowed: readonly string[], now: number): Client {
  checkRedirectUris(metadata.redirect_uris, allowed);
  const name = cleanName(metadata.client_name);
  return {
    client_id: mintSecret().slice(0, 22),
    client_id_issued_at: Math.floor(now / 1000),
    ...(name === undefined ? {} : { client_name: name }),
    redirect_uris: metadata.redirect_uris,
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    grant_types: metadata.grant_types,
    response_types: metadata.response_types,
    ...(metadata.token_endpoint_auth_method === "none"
      ? {}
      : { client_secret: mintSecret(), client_secret_expires_at: 0 }),
  };
}
