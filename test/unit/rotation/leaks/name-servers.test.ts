import dns from "node:dns";
import { afterEach, describe, expect, it, vi } from "vitest";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { SecretValue } from "#rotation/value.ts";
import { noted } from "../world/notes.ts";

afterEach(() => vi.restoreAllMocks());

const token = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";

/** A proof over Node's own network, with nobody who answers for names. */
async function prove(value: SecretValue) {
  const lookup = vi.spyOn(dns, "lookup").mockImplementation(() => {
    throw Object.assign(new Error("no name server"), { code: "ENOTFOUND" });
  });
  const rotation = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
  const ports = { fetch, auditIndex: "mcp_audit", store: noted(), clock: { now: Date.now } };
  const issuer = issuerOf({ id: "a-secret", rotation }, Object.assign(Object.create(null), ports));
  const proof = await issuer.prove(value);
  return { proof, asked: lookup.mock.calls.map(([host]) => host) };
}

describe("name servers", () => {
  it("[SEC-7] are asked for a host that may be one", async () => {
    const { proof, asked } = await prove({ SPLUNK_HEC_URL: "https://hec.invalid:8088", SPLUNK_HEC_TOKEN: token });
    expect(asked).toEqual(["hec.invalid"]);
    expect(proof).toMatchObject({ verdict: "undecided" });
  });

  it.each([
    ["swapped", token, "https://hec.invalid:8088"],
    ["a token with a scheme", `https://${token}`, token],
    ["a token as a host's first part", `https://${token}.hec.invalid`, "another-token"],
    ["a piece of it", `https://${token.slice(0, 14)}.hec.invalid`, token],
    ["a piece of a token without dashes", `https://${token.replaceAll("-", "")}.hec.invalid`, token],
    ["in base64", `https://${Buffer.from(token).toString("base64")}`, token],
    ["for a password", `https://x:${token}@hec.invalid:8088`, token],
    ["an address for a token", "https://hec.invalid:8088", "hec.invalid:8088"],
  ])("[SEC-7] are not asked for what is none: %s", async (_what, url, held) => {
    const { proof, asked } = await prove({ SPLUNK_HEC_URL: url, SPLUNK_HEC_TOKEN: held });
    expect(asked).toEqual([]);
    expect(proof).toMatchObject({ verdict: "rejected", reason: expect.stringMatching(/^SPLUNK_HEC_/) });
    expect(JSON.stringify(proof)).not.toMatch(/1a2b3c4d|invalid/);
  });
});
