import type { GoogleUser } from "#endpoint/doubles/google/client.ts";

export type VendorName = "entra" | "okta" | "cognito" | "minimal";

/** In what an OpenID provider differs from the others: where things are, and which token says what. */
export interface Vendor {
  readonly issuerPath: string;
  readonly paths: Readonly<Record<"authorize" | "token" | "keys", string> & { readonly userinfo?: string }>;
  readonly scopes?: readonly string[];
  /** How a client may send its secret. Absent: by the header, as the standard says of a provider that does not. */
  readonly authMethods?: readonly string[];
  /** Whether a refresh token comes without being asked for. */
  readonly alwaysOffline: boolean;
  idToken(user: GoogleUser): Readonly<Record<string, unknown>>;
  userInfo(user: GoogleUser): Readonly<Record<string, unknown>>;
}

const tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const usual = ["openid", "profile", "email"];
const authMethods = ["client_secret_post", "client_secret_basic"];

export const vendors: Readonly<Record<VendorName, Vendor>> = {
  // https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
  entra: {
    issuerPath: `/${tenant}/v2.0`,
    paths: {
      authorize: `/${tenant}/oauth2/v2.0/authorize`,
      token: `/${tenant}/oauth2/v2.0/token`,
      keys: `/${tenant}/discovery/v2.0/keys`,
      userinfo: "/oidc/userinfo",
    },
    scopes: [...usual, "offline_access"],
    authMethods,
    alwaysOffline: false,
    idToken: ({ email, name, groups = [] }) => ({
      tid: tenant,
      ver: "2.0",
      name,
      preferred_username: email,
      email,
      xms_edov: true,
      groups,
    }),
    userInfo: ({ name, email }) => ({ name, email }),
  },
  // The ID token of a code is thin: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/#id-token
  okta: {
    issuerPath: "/oauth2/default",
    paths: {
      authorize: "/oauth2/default/v1/authorize",
      token: "/oauth2/default/v1/token",
      keys: "/oauth2/default/v1/keys",
      userinfo: "/oauth2/default/v1/userinfo",
    },
    scopes: [...usual, "offline_access", "groups"],
    authMethods,
    alwaysOffline: false,
    idToken: ({ name, email }) => ({ ver: 1, name, preferred_username: email }),
    userInfo: ({ name, email, groups = [] }) => ({ name, email, email_verified: true, groups }),
  },
  // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
  cognito: {
    issuerPath: "/us-east-1_AbCdEf123",
    paths: {
      authorize: "/oauth2/authorize",
      token: "/oauth2/token",
      keys: "/us-east-1_AbCdEf123/.well-known/jwks.json",
      userinfo: "/oauth2/userInfo",
    },
    scopes: [...usual, "phone"],
    authMethods,
    alwaysOffline: true,
    idToken: ({ name, email, groups = [] }) => ({
      token_use: "id",
      name,
      email,
      email_verified: true,
      "cognito:username": email,
      "cognito:groups": groups,
    }),
    userInfo: ({ name, email }) => ({ name, email, email_verified: "true" }),
  },
  // What https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata requires; one group is a text, as
  // AD FS writes it.
  minimal: {
    issuerPath: "",
    paths: { authorize: "/authorize", token: "/token", keys: "/keys" },
    alwaysOffline: true,
    idToken: ({ name, email, groups = [] }) => ({ name, email, groups: groups.length === 1 ? groups[0] : groups }),
    userInfo: () => ({}),
  },
};
