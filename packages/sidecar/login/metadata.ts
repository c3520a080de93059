import type { RequestHandler } from "express";
import { type LoginAddress, scope } from "./address.ts";

/** RFC 9728; also at the root form, where clients look that do not know the path. */
export function resourceMetadata({ resource, issuer }: LoginAddress) {
  return {
    resource: resource.href,
    authorization_servers: [issuer],
    scopes_supported: [scope],
    bearer_methods_supported: ["header"],
    resource_name: resource.host,
  };
}

/** As the client wrote the address of `/mcp`, which it compares as text (RFC 9728, 3.3): with a slash at its end or none. */
const writtenAs = (path: string, address: LoginAddress): LoginAddress =>
  path.endsWith("/mcp/") ? { ...address, resource: new URL("/mcp/", address.resource) } : address;

/** @param path as the request has it that is told where to log in */
export function resourceMetadataUrl(address: LoginAddress, path: string): string {
  const { resource } = writtenAs(path, address);
  return new URL(`/.well-known/oauth-protected-resource${resource.pathname}`, resource).href;
}

/** RFC 8414, with RFC 9207 and client ID metadata documents. */
export function serverMetadata({ issuer }: LoginAddress) {
  const at = (path: string) => `${issuer}${path}`;
  const methods = ["none", "client_secret_basic", "client_secret_post"];
  return {
    issuer,
    authorization_endpoint: at("/authorize"),
    token_endpoint: at("/token"),
    registration_endpoint: at("/register"),
    revocation_endpoint: at("/revoke"),
    scopes_supported: [scope],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}

/** Whoever typed the issuer with its slash compares it with one. */
export function serverMetadataFor(address: LoginAddress, path: string) {
  const metadata = serverMetadata(address);
  return path.endsWith("/") ? { ...metadata, issuer: `${metadata.issuer}/` } : metadata;
}

/** Both forms of the path: of the host, and of `/mcp`; with and without a slash at the end. */
export const metadataPaths = {
  server: /^\/\.well-known\/oauth-authorization-server(?:\/mcp)?\/?$/,
  resource: /^\/\.well-known\/oauth-protected-resource(?:\/mcp)?\/?$/,
} as const;

export function answerMetadata(address: LoginAddress): RequestHandler {
  return (req, res, next) => {
    const document = metadataPaths.server.test(req.path)
      ? serverMetadataFor(address, req.path)
      : metadataPaths.resource.test(req.path)
        ? resourceMetadata(writtenAs(req.path, address))
        : undefined;
    if (document === undefined) next();
    else if (req.method === "GET" || req.method === "HEAD") res.set("Cache-Control", "no-cache").json(document);
    else res.status(405).set("Allow", "GET").json({ error: "invalid_request", error_description: "Use GET." });
  };
}
