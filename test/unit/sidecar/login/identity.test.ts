import { startGoogleDouble } from "@mcp-fleet/endpoint/doubles/google";
import { type OpenIdDouble, startOpenIdDouble, type VendorName } from "@mcp-fleet/endpoint/doubles/openid";
import * as oidc from "openid-client";
import { afterEach, describe, expect, it } from "vitest";
import { connectProvider, type ProviderConfig, UserRefused } from "#sidecar/login/identity.ts";

const redirectUri = "https://notes.mcp.example.com/oauth2callback";
const client = { id: "the-client", secrets: ["the-secret"], redirectUris: [redirectUri] };
const ada = { sub: "1", email: "ada@example.com", name: "Ada Lovelace", groups: ["mcp-users"] };
const eve = { sub: "2", email: "eve@gmail.com", name: "Eve", groups: ["everyone"] };

let double: Pick<OpenIdDouble, "issuer" | "stop">;
afterEach(() => double.stop());

const configOf = (changed: Partial<ProviderConfig> = {}): ProviderConfig => ({
  kind: "openid",
  name: "the provider",
  externalUrl: new URL("https://notes.mcp.example.com"),
  issuer: new URL(double.issuer),
  clientId: client.id,
  clientSecret: "the-secret",
  redirectUri: new URL(redirectUri),
  scopes: [],
  allowedDomains: [],
  allowedGroups: [],
  allowedRedirects: [],
  sessions: { kind: "memory" },
  ...changed,
});

/** What the starter does around a person who chooses an account at the provider. */
async function logIn(config: ProviderConfig, account: string) {
  const provider = connectProvider(config);
  const trip = { state: "state", nonce: "nonce", verifier: oidc.randomPKCECodeVerifier() };
  const asked = await provider.authorizationUrl(trip);
  const body = new URLSearchParams(asked.searchParams);
  body.set("account", account);
  const answer = await fetch(new URL(asked.pathname, asked), { method: "POST", body, redirect: "manual" });
  const callback = new URL(answer.headers.get("location") ?? "").searchParams;
  return { provider, asked, ...(await provider.redeem(callback, trip)) };
}

describe.each<VendorName>(["entra", "okta", "cognito"])("a login at %s, found by discovery", (name) => {
  const start = async () => {
    double = await startOpenIdDouble(name, { clients: [client], users: [ada, eve] });
  };

  it("[MCP-2] says who it is, and lasts as long as the provider lets it", async () => {
    await start();
    const { user, tokens, provider } = await logIn(configOf(), ada.sub);
    expect(user).toEqual({ subject: ada.sub, email: ada.email, name: ada.name });
    const renewed = await provider.refresh(tokens.refreshToken ?? "");
    expect(await provider.profile(renewed.accessToken, ada.sub)).toEqual({ name: ada.name });
  });

  it("[MCP-2] admits the domains and groups of the map, and no others", async () => {
    await start();
    for (const changed of [{ allowedDomains: ["example.com"] }, { allowedGroups: ["mcp-users"] }]) {
      expect((await logIn(configOf(changed), ada.sub)).user.email).toBe(ada.email);
      await expect(logIn(configOf(changed), eve.sub)).rejects.toThrow(UserRefused);
    }
  });

  it("[MCP-2] takes the issuer with a slash at its end or none", async () => {
    await start();
    const issuer = new URL(`${double.issuer}/`);
    expect((await logIn(configOf({ issuer }), ada.sub)).user.subject).toBe(ada.sub);
  });
});

describe("a provider that has what the standard requires, and no more", () => {
  it("[MCP-2] gets the client's secret by the header, and says in its ID token who it is", async () => {
    double = await startOpenIdDouble("minimal", { clients: [client], users: [ada, eve] });
    const { user, tokens, provider } = await logIn(configOf({ allowedGroups: ["mcp-users"] }), ada.sub);
    expect(user).toEqual({ subject: ada.sub, email: ada.email, name: ada.name });
    await provider.refresh(tokens.refreshToken ?? "");
    await expect(logIn(configOf({ allowedGroups: ["mcp-users"] }), eve.sub)).rejects.toThrow(UserRefused);
  });
});

it("[MCP-2] a login at Google asks for offline access in Google's way, which others do not know", async () => {
  double = await startGoogleDouble({ clients: [client] });
  const provider = connectProvider(configOf({ kind: "google", name: "Google" }));
  const asked = await provider.authorizationUrl({ state: "s", nonce: "n", verifier: oidc.randomPKCECodeVerifier() });
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    access_type: "offline",
    scope: "openid email profile",
  });
});
