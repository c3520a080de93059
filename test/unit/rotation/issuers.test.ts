import { createHash } from "node:crypto";
import { type AcsDouble, startAcsDouble } from "@mcp-fleet/endpoint/doubles/acs";
import { type GoogleDouble, startGoogleDouble } from "@mcp-fleet/endpoint/doubles/google";
import { type HecDouble, startHecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import { type SplunkRestDouble, startSplunkRestDouble } from "@mcp-fleet/endpoint/doubles/splunk-rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Issuer, type IssuerPorts, issuerNames, issuerOf } from "#rotation/issuers/index.ts";
import type { Rotation } from "#rotation/map.ts";
import { type SecretValue, sameExcept, textAt } from "#rotation/value.ts";
import { noted } from "./world/notes.ts";

const oldToken = "11111111-1111-4111-8111-111111111111";
const admin = "an-administrators-token";
const clientId = "fleet.apps.googleusercontent.com";

let hec: HecDouble;
let acs: AcsDouble;
let rest: SplunkRestDouble;
let google: GoogleDouble;
beforeAll(async () => {
  hec = await startHecDouble();
  acs = await startAcsDouble({ hec, jwt: admin, delayMs: 50 });
  rest = await startSplunkRestDouble({ hec, adminToken: admin });
  google = await startGoogleDouble();
});
afterAll(async () => {
  await Promise.all([acs.stop(), rest.stop(), google.stop(), hec.stop()]);
});

/** ElastiCache as it lets clients in: the tokens it takes. */
function createRedis(first: string) {
  let valid: readonly string[] = [first];
  const redis: IssuerPorts["redis"] = {
    async update(_group, token, strategy) {
      valid = strategy === "SET" ? [token] : [...valid.slice(-1), token];
    },
    available: async () => true,
  };
  return { redis, valid: () => valid };
}

interface Subject {
  readonly issuer: Issuer;
  readonly now: SecretValue;
  readonly candidate?: SecretValue;
  /** Whether the one who accepts the credential accepts it. */
  accepts(value: SecretValue): boolean;
  /** What the vendor has beside the credentials in use. */
  orphans(kept: SecretValue): number;
  /** What ends an old value: the issuer unless told, a person, or nothing, as nobody else knows of it. */
  readonly end?: "by-hand" | "none";
}

const id = "/test/mcp/a-secret";

const ports = (more: Partial<IssuerPorts> = {}): IssuerPorts => ({
  fetch,
  store: noted(),
  clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  deadline: () => Date.now() + 5_000,
  stage: "test",
  auditIndex: "mcp_audit",
  readSecret: async () => undefined,
  redis: createRedis("").redis,
  googleTokenUrl: `${google.issuer}/token`,
  ...more,
});

function splunk(platform: "cloud" | "enterprise"): Subject {
  for (const { name } of hec.listTokens()) hec.deleteToken(name);
  hec.createToken({ name: "operator", token: oldToken, indexes: ["mcp_audit"], defaultSourcetype: "mcp" });
  const url = platform === "cloud" ? acs.url : rest.url;
  const readSecret = async () => JSON.stringify({ SPLUNK_ADMIN_URL: url, SPLUNK_ADMIN_TOKEN: admin });
  const tokenOf = (value: SecretValue) => textAt(value, "SPLUNK_HEC_TOKEN");
  return {
    issuer: issuerOf(
      { id, rotation: { issuer: "splunk-hec", platform, admin: "splunk-admin", everyDays: 30 } },
      ports({ readSecret }),
    ),
    now: { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: oldToken },
    accepts: (value) => hec.listTokens().some(({ token, disabled }) => !disabled && token === tokenOf(value)),
    orphans: (kept) => hec.listTokens().filter(({ token }) => token !== tokenOf(kept)).length,
  };
}

const subjects: Readonly<Record<string, { readonly name: Rotation["issuer"]; make(): Subject }>> = {
  "splunk-hec on Splunk Cloud": { name: "splunk-hec", make: () => splunk("cloud") },
  "splunk-hec on Splunk Enterprise": { name: "splunk-hec", make: () => splunk("enterprise") },
  "google-oauth": {
    name: "google-oauth",
    make() {
      const [old, fresh] = ["GOCSPX-old", "GOCSPX-new"];
      google.putClient({ id: clientId, secrets: [old, fresh], redirectUris: [] });
      return {
        issuer: issuerOf({ id, rotation: { issuer: "google-oauth", everyDays: 90 } }, ports()),
        now: { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: old },
        candidate: { GOOGLE_OAUTH_CLIENT_SECRET: fresh },
        accepts: (value) => [old, fresh].includes(textAt(value, "GOOGLE_OAUTH_CLIENT_SECRET")),
        orphans: () => 0,
        end: "by-hand",
      };
    },
  },
  "redis-auth": {
    name: "redis-auth",
    make() {
      const first = "a-first-auth-token!!";
      const { redis, valid } = createRedis(first);
      return {
        issuer: issuerOf(
          { id, rotation: { issuer: "redis-auth", key: "REDIS_TOKEN", replicationGroup: "g", everyDays: 30 } },
          ports({ redis }),
        ),
        now: { REDIS_TOKEN: first, REDIS_USER: "default" },
        accepts: (value) => valid().includes(textAt(value, "REDIS_TOKEN")),
        orphans: (kept) => valid().filter((token) => token !== kept.REDIS_TOKEN).length,
      };
    },
  },
  random: {
    name: "random",
    make: () => ({
      issuer: issuerOf(
        {
          id,
          rotation: { issuer: "random", keys: { KEY: { length: 40, alphabet: "abcdefghijklmnop" } }, everyDays: 30 },
        },
        ports(),
      ),
      now: { KEY: "old", OTHER: "stays" },
      accepts: (value) => value.KEY !== "",
      orphans: () => 0,
      end: "none",
    }),
  },
};

it("has every issuer under the contract", () => {
  expect(new Set(Object.values(subjects).map(({ name }) => name))).toEqual(new Set(issuerNames));
});

/** What the engine and the planner rely on, whoever issues. */
describe.each(Object.entries(subjects))("the issuer %s", (_title, { make }) => {
  async function created(subject: Subject): Promise<SecretValue> {
    const creation = await subject.issuer.create(subject.now, subject.candidate);
    if (creation.kind !== "value") throw new Error(creation.text);
    return creation.value;
  }

  it("[ROT-1] makes a new value, and changes its own keys only", async () => {
    const subject = make();
    const next = await created(subject);
    expect(next).not.toEqual(subject.now);
    expect(sameExcept(next, subject.now, subject.issuer.keys)).toBe(true);
  });

  it("[ROT-4] [ROT-6] makes it valid beside the old one, however often it is asked", async () => {
    const subject = make();
    const next = await created(subject);
    for (let time = 0; time < 3; time++) {
      expect(await subject.issuer.install(next, subject.now)).toBe("installed");
      expect([subject.accepts(next), subject.accepts(subject.now)]).toEqual([true, true]);
    }
  });

  it("[ROT-3] proves what works, before and after", async () => {
    const subject = make();
    const next = await created(subject);
    await subject.issuer.install(next, subject.now);
    expect(await subject.issuer.prove(subject.now)).toEqual({ verdict: "accepted" });
    expect(await subject.issuer.prove(next)).toEqual({ verdict: "accepted" });
  });

  it("[ROT-3] rejects an empty value, and says why without showing it", async () => {
    const subject = make();
    const empty = { ...subject.now, ...Object.fromEntries(subject.issuer.keys.map((key) => [key, ""])) };
    const proof = await subject.issuer.prove(empty);
    if (subject.end !== "by-hand") expect(proof.verdict).toBe("rejected");
    expect(proof.verdict).not.toBe("accepted");
    for (const value of Object.values(subject.now)) expect(JSON.stringify(proof)).not.toContain(value);
  });

  it("[ROT-4] [ROT-6] revokes the old one and nothing in use, however often it is asked", async () => {
    const subject = make();
    const next = await created(subject);
    await subject.issuer.install(next, subject.now);
    for (let time = 0; time < 3; time++) {
      const revocation = await subject.issuer.revoke([subject.now], async () => [next]);
      expect(revocation.kind).toBe(subject.end ?? "revoked");
      expect(subject.accepts(next)).toBe(true);
      expect(subject.orphans(next)).toBe(0);
    }
  });

  it("[ROT-6] leaves a credential alone that two versions of the secret share", async () => {
    const subject = make();
    const revocation = await subject.issuer.revoke([subject.now], async () => [subject.now]);
    expect(revocation.kind).toBe("none");
    expect(subject.accepts(subject.now)).toBe(true);
  });
});

describe("splunk-hec", () => {
  it.each(["cloud", "enterprise"] as const)(
    "[ROT-4] gives the new token of %s the old one's settings",
    async (platform) => {
      const { issuer, now } = splunk(platform);
      const creation = await issuer.create(now, undefined);
      if (creation.kind !== "value") throw new Error(creation.text);
      await issuer.install(creation.value, now);
      const token = hec.listTokens().find((one) => one.token === creation.value.SPLUNK_HEC_TOKEN);
      expect(token).toMatchObject({ indexes: ["mcp_audit"], defaultSourcetype: "mcp", disabled: false });
      expect(token?.name).toBe(`test-mcp-${textAt(creation.value, "SPLUNK_HEC_TOKEN").slice(0, 8)}`);
    },
  );

  it("[ROT-6] removes tokens of its own that a rotation left behind, and no others", async () => {
    const { issuer, now } = splunk("cloud");
    hec.createToken({ name: "test-mcp-abcdef01", token: "abcdef01-0000-4000-8000-000000000000" });
    hec.createToken({ name: "test-mcp-deadbeef", token: "00000000-0000-4000-8000-000000000009" });
    hec.createToken({ name: "somebody-elses", token: "33333333-0000-4000-8000-000000000000" });
    await issuer.revoke([], async () => [now]);
    expect(hec.listTokens().map(({ name }) => name)).toEqual(["operator", "test-mcp-deadbeef", "somebody-elses"]);
  });

  it("tells what to do when the administrator's credentials are a placeholder, or refused", async () => {
    const { now } = splunk("cloud");
    const rotation = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
    const unset = issuerOf({ id, rotation }, ports());
    await expect(unset.install(now, now)).rejects.toThrow("Set SPLUNK_ADMIN_URL and SPLUNK_ADMIN_TOKEN in it");
    const readSecret = async () => JSON.stringify({ SPLUNK_ADMIN_URL: acs.url, SPLUNK_ADMIN_TOKEN: "expired" });
    const refused = issuerOf({ id, rotation }, ports({ readSecret }));
    await expect(refused.install(now, now)).rejects.toThrow("ACS answered 401");
  });

  it.each([
    ["a token HEC does not know", { kind: "forbid", code: 4 }, "rejected"],
    ["a disabled one", { kind: "forbid", code: 1 }, "rejected"],
    ["a busy HEC whose health lies", { kind: "busy", lyingHealth: true }, "undecided"],
    ["a throttled HEC", { kind: "throttle" }, "undecided"],
    ["a HEC that resets connections", { kind: "refuse" }, "undecided"],
  ] as const)("[ROT-3] [AUD-4] takes %s for what it is", async (_what, fault, verdict) => {
    const { issuer, now } = splunk("cloud");
    hec.setFault(fault);
    try {
      expect((await issuer.prove(now)).verdict).toBe(verdict);
    } finally {
      hec.clearFault();
    }
  });
});

describe("google-oauth", () => {
  const issuer = () => issuerOf({ id, rotation: { issuer: "google-oauth", everyDays: 90 } }, ports());

  it("[ROT-3] tells a good pair from a bad one, and from an outage, without a user", async () => {
    google.putClient({ id: clientId, secrets: ["good"], redirectUris: [] });
    const value = { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: "good" };
    expect((await issuer().prove(value)).verdict).toBe("accepted");
    expect((await issuer().prove({ ...value, GOOGLE_OAUTH_CLIENT_SECRET: "bad" })).verdict).toBe("rejected");
    google.setFault("unavailable");
    expect((await issuer().prove(value)).verdict).toBe("undecided");
    google.setFault("refuse");
    expect((await issuer().prove(value)).verdict).toBe("undecided");
    google.setFault(undefined);
  });

  it("[ROT-1] asks for a candidate when none is staged, or the staged one is in use already", async () => {
    const now = { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: "good" };
    expect(await issuer().create(now, undefined)).toMatchObject({ kind: "ask" });
    expect(await issuer().create(now, now)).toMatchObject({ kind: "ask" });
  });
});

it("[SEC-5] random values differ, and have the length and the alphabet of the map", async () => {
  const issuer = issuerOf(
    { id, rotation: { issuer: "random", keys: { KEY: { length: 64, alphabet: "0123456789abcdef" } }, everyDays: 30 } },
    ports(),
  );
  const drawn = await Promise.all(Array.from({ length: 50 }, () => issuer.create({ KEY: "" }, undefined)));
  const values = drawn.map((creation) => (creation.kind === "value" ? textAt(creation.value, "KEY") : ""));
  expect(new Set(values.map((value) => createHash("sha256").update(value).digest("hex"))).size).toBe(50);
  for (const value of values) expect(value).toMatch(/^[0-9a-f]{64}$/);
});
