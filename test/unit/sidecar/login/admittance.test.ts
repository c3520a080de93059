import { describe, expect, it } from "vitest";
import { admit, isComplete, joinClaims } from "#sidecar/login/admittance.ts";
import { Budget } from "#sidecar/login/budget.ts";

const google = { kind: "google", allowedDomains: ["example.com"], allowedGroups: [] } as const;
const openid = { ...google, kind: "openid" } as const;
const grouped = { kind: "openid", allowedDomains: [], allowedGroups: ["mcp-users"] } as const;

describe("who may log in", () => {
  it.each([
    ["Google", "a Workspace's member", google, { hd: "Example.com", email: "a@example.com" }],
    ["Okta", "a verified address", openid, { email: "a@example.com", email_verified: true }],
    ["Cognito", "an address verified in its way", openid, { email: "a@example.com", email_verified: "true" }],
    ["Entra", "an address whose domain's owner is verified", openid, { email: "a@example.com", xms_edov: true }],
    ["Okta", "a member of the group", grouped, { groups: ["everyone", "mcp-users"] }],
    ["Cognito", "a member of the group", grouped, { "cognito:groups": ["mcp-users"] }],
    ["Entra", "who has the role", grouped, { roles: ["mcp-users"] }],
    ["AD FS", "whose only group it is", grouped, { groups: "mcp-users" }],
  ])("[MCP-2] at %s: %s", (_, __, admitted, claims) => {
    expect(admit(claims, admitted)).toBeUndefined();
  });

  it.each([
    [
      "Google",
      "an address of the domain outside its Workspace",
      google,
      { email: "a@example.com", email_verified: true },
    ],
    ["Entra", "an address that anybody could have entered", openid, { email: "a@example.com" }],
    ["Okta", "an address of another domain", openid, { email: "a@example.com.evil.example", email_verified: true }],
    ["Okta", "nobody's member", grouped, { groups: ["everyone"] }],
    ["any", "a text in which the group's name occurs", grouped, { groups: "no-mcp-users,mcp-users" }],
    ["any", "a thing in place of a list", grouped, { groups: { "mcp-users": true } }],
    ["any", "no groups at all", grouped, {}],
  ])("[MCP-2] not at %s: %s", (_, __, admitted, claims) => {
    expect(admit(claims, admitted)).toMatch(/may log in here/);
  });

  it("[MCP-2] is looked up at the userinfo endpoint where the ID token does not say it", () => {
    expect(isComplete({ email: "a@example.com" }, openid)).toBe(false);
    expect(isComplete({ email: "a@example.com", email_verified: true }, openid)).toBe(true);
    expect(isComplete({ email: "a@example.com" }, grouped)).toBe(false);
    expect(isComplete({ email: "a@example.com" }, { ...openid, allowedDomains: [] })).toBe(true);
  });

  it("[MCP-2] is not by the verification of another address", () => {
    const info = { email: "eve@gmail.com", email_verified: true, groups: ["all"] };
    expect(joinClaims(info, { email: "eve@example.com" })).toEqual({ email: "eve@example.com", groups: ["all"] });
    expect(admit(joinClaims(info, { email: "eve@example.com" }), openid)).toMatch(/not known/);
    const same = { email: "a@example.com", email_verified: true };
    expect(admit(joinClaims(same, { email: "a@example.com" }), openid)).toBeUndefined();
    expect(admit(joinClaims(same, {}), openid)).toBeUndefined();
  });

  it("[MCP-2] is told what to change where Entra leaves the groups out", () => {
    expect(admit({ _claim_names: { groups: "src1" } }, grouped)).toMatch(/Assign app roles/);
  });
});

describe("a budget", () => {
  const limits = { windowMs: 1_000, perAddress: 2, inAll: 3 };

  it("[MCP-2] counts an address's network, and all together, in a window", () => {
    let now = 0;
    const budget = new Budget(limits, () => now);
    budget.spend("2a00:1450::1");
    budget.spend("2a00:1450:0:0:ffff::1");
    expect(() => budget.spend("2a00:1450::2")).toThrow("Too many requests");
    budget.spend("198.51.100.1");
    expect(() => budget.spend("198.51.100.2")).toThrow("Too many requests");
    now = 1_000;
    budget.spend("2a00:1450::1");
  });
});
