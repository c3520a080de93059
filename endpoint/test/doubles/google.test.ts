import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GoogleDouble, startGoogleDouble } from "#endpoint/doubles/google/index.ts";

const id = "1.apps.googleusercontent.com";
const secret = "GOCSPX-one";
const redirectUri = "https://google.mcp.example.com/oauth2callback";
let google: GoogleDouble;

beforeAll(async () => {
  google = await startGoogleDouble({ clients: [{ id, secrets: [secret], redirectUris: [redirectUri] }] });
});
afterAll(() => google.stop());

async function token(parameters: Record<string, string>) {
  const response = await fetch(`${google.issuer}/token`, { method: "POST", body: new URLSearchParams(parameters) });
  return [response.status, await response.json()];
}
const pair = { client_id: id, client_secret: secret };
const code = { grant_type: "authorization_code", code: "bogus", redirect_uri: redirectUri };

describe("the Google double", () => {
  it.each([
    ["a good pair and a bogus code", { ...pair, ...code }, 400, "invalid_grant", "Malformed auth code."],
    [
      "a bad secret",
      { ...pair, ...code, client_secret: "x" },
      401,
      "invalid_client",
      "The provided client secret is invalid.",
    ],
    [
      "an unknown client",
      { ...pair, ...code, client_id: "x" },
      401,
      "invalid_client",
      "The OAuth client was not found.",
    ],
    ["no client", code, 400, "invalid_request", "Could not determine client ID from request."],
    ["no secret", { client_id: id, ...code }, 400, "invalid_request", "client_secret is missing."],
    ["a strange grant", { ...pair, grant_type: "x" }, 400, "unsupported_grant_type", "Invalid grant_type: x"],
    [
      "a refresh token that is none",
      { ...pair, grant_type: "refresh_token", refresh_token: "1//x" },
      400,
      "invalid_grant",
      "Token has been expired or revoked.",
    ],
  ])("answers %s as Google does", async (_, parameters, status, error, description) => {
    expect(await token(parameters)).toEqual([status, { error, error_description: description }]);
  });

  it("holds at most two secrets, both valid until one is disabled", async () => {
    google.addSecret(id, "GOCSPX-two");
    expect(() => google.addSecret(id, "GOCSPX-three")).toThrow("Disable one first");
    expect((await token({ ...pair, ...code, client_secret: "GOCSPX-two" }))[0]).toBe(400);
    google.disableSecret(id, secret);
    expect((await token({ ...pair, ...code }))[0]).toBe(401);
  });

  it("shows a wrong redirect URI to the user and redirects nowhere", async () => {
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: "https://evil.example.com",
      response_type: "code",
      scope: "openid",
    });
    const response = await fetch(`${google.issuer}/o/oauth2/v2/auth?${query}`, { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("redirect_uri_mismatch");
  });
});
