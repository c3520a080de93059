/** The login as it is at one address of this server. */
export interface LoginAddress {
  readonly externalUrl: URL;
  /** Without a trailing slash, as people write it; RFC 8414 and RFC 9207 compare it as text. */
  readonly issuer: string;
  /** What tokens are valid for: the public URL of `/mcp`. */
  readonly resource: URL;
  /** Where the identity provider sends people back to. */
  readonly redirectUri: URL;
}

export function addressAt(externalUrl: URL, redirectUri: URL): LoginAddress {
  return { externalUrl, issuer: externalUrl.origin, resource: new URL("/mcp", externalUrl), redirectUri };
}

/** The only scope: to use the server. What a user may do at the provider is between provider and user. */
export const scope = "mcp";
