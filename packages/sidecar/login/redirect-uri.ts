import { OAuthFailure } from "./oauth-failure.ts";

const mostUris = 10;
const mostCharacters = 2_000;
const mostInAll = 3_000;
const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * What a client may name: https, or http to the machine of its user (OAuth 2.1, 2.3; MCP's authorization), without a
 * fragment, a user or a wildcard, and within the operator's allow list if there is one.
 * @throws {OAuthFailure}
 */
export function checkRedirectUris(uris: readonly string[], allowed: readonly string[]): void {
  if (uris.length < 1 || uris.length > mostUris) throw refused(`name 1 to ${mostUris} of them`);
  if (uris.join("").length > mostInAll) throw refused(`they have at most ${mostInAll} characters together`);
  for (const uri of uris) {
    const problem = problemOf(uri, allowed);
    if (problem !== undefined) throw refused(problem);
  }
}

/**
 * Those of a client's addresses that it may use here. A document describes its client to every server, and may name
 * an app's scheme for some other.
 * @throws {OAuthFailure} when there is none
 */
export function usableRedirectUris(uris: readonly string[], allowed: readonly string[]): string[] {
  const usable = uris.filter((uri) => problemOf(uri, allowed) === undefined);
  checkRedirectUris(usable.length === 0 ? uris : usable, allowed);
  return usable;
}

/** As RFC 3986 writes one: parsing mends what is none, such as blanks and backslashes, and clients compare as written. */
const isWritten = (uri: string): boolean => uri.length <= mostCharacters && /^[a-z]+:[!-[\]-~]+$/i.test(uri);

/** The rule that the address breaks. */
function problemOf(uri: string, allowed: readonly string[]): string | undefined {
  const url = isWritten(uri) ? URL.parse(uri) : null;
  if (url === null) return `each is an absolute URL of at most ${mostCharacters} characters, all of them ASCII`;
  const isLoopback = url.protocol === "http:" && loopbackNames.has(url.hostname);
  if (!isLoopback && url.protocol !== "https:") return "https is allowed, and http on localhost, 127.0.0.1 or [::1]";
  // As written: parsing drops an empty fragment, and a user without a name.
  const [, authority] = /^https?:\/\/([^/?#]+)/i.exec(uri) ?? [];
  if (authority === undefined) return "https:// or http:// begins it, and a host follows";
  if (uri.includes("#") || authority.includes("@")) return "neither a fragment nor a user is allowed";
  if (url.hostname.includes("*")) return "a host without a wildcard is allowed";
  if (allowed.length > 0 && !allowed.some((pattern) => fits(pattern, url))) {
    return "this server's operator allows only listed addresses";
  }
  return undefined;
}

/**
 * A pattern of `WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS`: an address in which `*` stands for a port, a label of the
 * host, or anything in the path. Without a path it fits every one. What is compared is what a browser makes of the
 * address: `/api/../else` lies at `/else`.
 */
function fits(pattern: string, { href }: URL): boolean {
  const [scheme = "", rest = ""] = pattern.split("://", 2);
  const slash = rest.indexOf("/");
  const authority = (slash === -1 ? rest : rest.slice(0, slash)).toLowerCase();
  const [host = "", port = ""] = authority.split(/(?=:(?:\*|\d+)$)/);
  const path = slash === -1 ? "/*" : rest.slice(slash);
  const anyPort = port === ":*" ? "(?::\\d+)?" : literal(port, "");
  return new RegExp(
    `^${literal(scheme.toLowerCase(), "")}://${literal(host, "[A-Za-z0-9-]+")}${anyPort}${literal(path, "[^#]*")}$`,
  ).test(href);
}

const literal = (text: string, star: string): string =>
  text
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(star);

/** Exactly as registered, but for the port of a program on its user's machine, which takes a free one (RFC 8252, 7.3). */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  return registered.includes(uri) || registered.some((known) => isSameButPort(known, uri));
}

function isSameButPort(known: string, uri: string): boolean {
  const [one, other] = [URL.parse(known), URL.parse(uri)];
  if (one?.protocol !== "http:" || !loopbackNames.has(one.hostname) || other === null) return false;
  if (!isWritten(uri) || uri.includes("#")) return false;
  one.port = "";
  other.port = "";
  return one.href === other.href;
}

const refused = (rule: string) => new OAuthFailure("invalid_redirect_uri", `redirect_uris: ${rule}.`);
