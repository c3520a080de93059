export interface Admitted {
  readonly kind: "google" | "openid";
  /** Domains whose members may log in; empty admits every account of the provider. */
  readonly allowedDomains: readonly string[];
  /** Groups of which a user must be in one; empty asks for none. */
  readonly allowedGroups: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/** Why the user may not log in here; undefined admits them. */
export function admit(claims: Claims, { kind, allowedDomains, allowedGroups }: Admitted): string | undefined {
  const domain = domainOf(claims, kind);
  if (allowedDomains.length > 0 && (domain === undefined || !allowedDomains.includes(domain))) {
    return `Accounts of ${allowedDomains.join(", ")} may log in here; this account's domain is ${domain ?? "not known"}.`;
  }
  if (allowedGroups.length === 0) return undefined;
  // Entra leaves the list out when somebody is in more than 200 groups.
  // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
  if ("_claim_names" in claims || claims.hasgroups === true) {
    return "This account is in too many groups for its ID token. Assign app roles, or only the groups of the application.";
  }
  if (groupsOf(claims).some((group) => allowedGroups.includes(group))) return undefined;
  return `Members of ${allowedGroups.join(", ")} may log in here; this account is in none of these groups.`;
}

/**
 * The domain that the provider vouches for. `hd` is Google's proof of membership in a Workspace; the part after the @ of
 * an address is none, unless the provider verified it: `email_verified`, or Entra's `xms_edov`, which says that the
 * domain's owner did.
 * https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
 * https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
 */
function domainOf(claims: Claims, kind: Admitted["kind"]): string | undefined {
  const { hd, email } = claims;
  if (kind === "google") return typeof hd === "string" ? hd.toLowerCase() : undefined;
  if (typeof email !== "string") return undefined;
  const isVerified = verifications
    .map((name) => claims[name])
    .some((claim) => claim === true || claim === "true" || claim === 1 || claim === "1");
  return isVerified ? email.slice(email.lastIndexOf("@") + 1).toLowerCase() : undefined;
}

/** Whether an ID token says what admittance asks; the rest may be at the userinfo endpoint. */
export function isComplete(claims: Claims, { kind, allowedDomains, allowedGroups }: Admitted): boolean {
  if (claims.email === undefined || (allowedGroups.length > 0 && groupsOf(claims).length === 0)) return false;
  return allowedDomains.length === 0 || domainOf(claims, kind) !== undefined;
}

const verifications = ["email_verified", "xms_edov"] as const;

/** An ID token's claims, and those that it lacks of the userinfo endpoint. */
export function joinClaims<T extends Claims>(info: Claims, claims: T): T {
  // Whether an address is verified is said of that address, and of no other.
  const isOther = claims.email !== undefined && claims.email !== info.email;
  const lacked = Object.entries(info).filter(([name]) => !(isOther && verifications.some((one) => one === name)));
  return { ...Object.fromEntries(lacked), ...claims };
}

/** `groups` of Okta and Entra, Entra's app roles, and Cognito's own claim. AD FS writes a single one as a text. */
function groupsOf(claims: Claims): readonly string[] {
  return ["groups", "roles", "cognito:groups"].flatMap((name) => {
    const value = claims[name];
    return [value].flat().filter((group) => typeof group === "string");
  });
}
