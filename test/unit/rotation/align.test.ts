import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { align } from "#rotation/align/align.ts";
import { alignSecrets } from "#rotation/align/align-secrets.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import { withinLimits } from "#rotation/limits.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import type { Notice } from "#rotation/ports.ts";
import { normalizeHecUrl } from "#rotation/splunk/hec.ts";
import { VirtualClock } from "./world/clock.ts";
import { createSecrets } from "./world/secrets.ts";
import { createSplunk, hecUrl } from "./world/splunk.ts";

const token = "11111111-1111-4111-8111-111111111111";
const aliases = { endpoint: "SPLUNK_HEC_URL", token: "SPLUNK_HEC_TOKEN" };
const placeholders = { SPLUNK_HEC_URL: "https://replace-me.splunkcloud.com:8088", SPLUNK_HEC_TOKEN: "0000" };
const entry: SecretEntry = {
  key: "splunk",
  id: "/prod/mcp/splunk",
  placeholders,
  aliases,
  rotation: { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 },
  services: ["prod-mcp-google-workspace"],
};
const map: RotationMap = { stage: "prod", cluster: "prod-mcp-cluster", auditIndex: "mcp_audit", secrets: [entry] };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A secret with this text, and everything the alignment reaches. */
async function stage(text: string) {
  const clock = new VirtualClock();
  const splunk = createSplunk(() => clock.now(), 0);
  splunk.tokens.create({ name: "by-hand", token, indexes: ["mcp_audit"] });
  const secrets = createSecrets(clock, async () => undefined);
  stops.push(secrets.stop);
  await secrets.ask("CreateSecret", { Name: entry.id, SecretString: text });
  const notices: Notice[] = [];
  const log: string[] = [];
  const current = async () => {
    const { versions } = await secrets.store.describe(entry.id);
    const id = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "";
    return { id, text: (await secrets.store.read(entry.id, id)) ?? "", versions };
  };
  const run = () =>
    alignSecrets({
      map,
      store: withinLimits(secrets.store),
      announcer: { announce: async (notice) => void notices.push(notice) },
      log: (line) => void log.push(JSON.stringify(line)),
      issuerOf: (one) =>
        issuerOf(one, {
          fetch: splunk.fetch,
          store: secrets.store,
          clock,
          deadline: () => clock.now() + 60_000,
          stage: "prod",
          auditIndex: "mcp_audit",
          readSecret: async () => undefined,
          redis: { update: async () => undefined, available: async () => true },
          googleTokenUrl: "https://oauth2.googleapis.test/token",
        }),
    });
  return { splunk, secrets, notices, log, current, run };
}

describe("a Splunk secret with the keys of old", () => {
  it("[ALN-1] [FIX-3] gets their names of today, as a new current version, and the label of the way is gone", async () => {
    const { run, current } = await stage(JSON.stringify({ endpoint: hecUrl, token, OTHER: "stays" }));
    expect(await run()).toEqual({ splunk: "rewritten" });
    const { text, versions } = await current();
    expect(JSON.parse(text)).toEqual({ SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: token, OTHER: "stays" });
    expect(versions.flatMap(({ labels }) => labels).toSorted()).toEqual(["AWSCURRENT", "AWSPREVIOUS"]);
  });

  it("[ALN-1] is rewritten once, however often it runs", async () => {
    const { run, current } = await stage(JSON.stringify({ endpoint: hecUrl, token }));
    await run();
    const { id } = await current();
    expect(await run()).toEqual({ splunk: "aligned" });
    expect((await current()).id).toBe(id);
  });

  it("[ALN-1] with both names and different values keeps the one of today, and reports it without a value", async () => {
    const both = { token: "an-old-one", SPLUNK_HEC_TOKEN: token, SPLUNK_HEC_URL: hecUrl };
    const { run, current, notices } = await stage(JSON.stringify(both));
    await run();
    expect(JSON.parse((await current()).text)).toEqual({ SPLUNK_HEC_TOKEN: token, SPLUNK_HEC_URL: hecUrl });
    expect(notices.map(({ outcome }) => outcome)).toEqual(["alignment-conflict"]);
    expect(JSON.stringify(notices)).not.toMatch(/an-old-one|11111111-1111-4111/);
  });

  it("[ALN-1] takes the old name's value where the one of today is a placeholder still", async () => {
    const { run, current, notices } = await stage(JSON.stringify({ ...placeholders, endpoint: hecUrl, token }));
    await run();
    expect(JSON.parse((await current()).text)).toEqual({ SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: token });
    expect(notices).toEqual([]);
  });

  it.each([
    ["old marks of the fleet make room", 2, "rewritten"],
    ["people are told what to do, and nothing is changed", 0, "full"],
  ])("[ROT-13] has twenty labels already: %s", async (_, marks, outcome) => {
    const { run, current, secrets, notices } = await stage(JSON.stringify({ endpoint: hecUrl, token }));
    const before = await current();
    const label = (VersionStage: string) =>
      secrets.ask("UpdateSecretVersionStage", { SecretId: entry.id, VersionStage, MoveToVersionId: before.id });
    for (let at = 0; at < marks; at++) await label(`rejected-${at}`);
    for (let at = marks; at < 19; at++) await label(`theirs-${at}`);
    expect(await run()).toEqual({ splunk: outcome });
    expect((await current()).id === before.id).toBe(outcome === "full");
    expect(notices.map(({ text }) => text)).toEqual(
      outcome === "full" ? [expect.stringContaining("has the 20 staging labels that AWS allows")] : [],
    );
  });

  it.each(["not JSON", "[1, 2]", '"text"', "null", '{"nested": {}}'])(
    "[ALN-1] is reported and never overwritten when it holds %s",
    async (text) => {
      const { run, current, notices } = await stage(text);
      expect(await run()).toEqual({ splunk: "unreadable" });
      expect((await current()).text).toBe(text);
      expect(notices).toHaveLength(1);
      expect(JSON.stringify(notices)).not.toContain("nested");
    },
  );

  it("[ALN-1] loses to a value somebody puts in the same moment", async () => {
    const made = await stage(JSON.stringify({ endpoint: hecUrl, token }));
    const { put } = made.secrets.store;
    const theirs = JSON.stringify({ SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: "theirs" });
    made.secrets.store.put = async (...version) => {
      await made.secrets.ask("PutSecretValue", { SecretId: entry.id, SecretString: theirs });
      return put(...version);
    };
    expect(await made.run()).toEqual({ splunk: "overtaken" });
    expect((await made.current()).text).toBe(theirs);
  });

  it("[ALN-1] is not written again once the planner has rejected what it made", async () => {
    const { run, current, secrets } = await stage(JSON.stringify({ endpoint: hecUrl, token }));
    const before = (await current()).id;
    await run();
    const bad = (await current()).id;
    await secrets.store.moveLabel(entry.id, `rejected-${bad}`, { to: bad });
    await secrets.store.moveLabel(entry.id, "AWSCURRENT", { to: before, from: bad });
    expect(await run()).toEqual({ splunk: "rejected" });
    expect((await current()).id).toBe(before);
  });
});

describe("an address of HEC", () => {
  it.each([
    ["splunk.example.com:8088", "https://splunk.example.com:8088"],
    ["https://splunk.example.com:8088/", "https://splunk.example.com:8088"],
    ["https://splunk.example.com:8088/services/collector/event", "https://splunk.example.com:8088"],
    ["https://splunk.example.com:8088/services/collector/event/1.0", "https://splunk.example.com:8088"],
    [" http://splunk:8088/services/collector ", "http://splunk:8088"],
    ["https://proxy.example.com/splunk/services/collector/raw/", "https://proxy.example.com/splunk"],
    ["not a url", "not a url"],
  ])("[ALN-1] %j becomes %j", (written, normalized) => {
    expect(normalizeHecUrl(written)).toBe(normalized);
    expect(normalizeHecUrl(normalized)).toBe(normalized);
  });

  it("[ALN-1] [ROT-3] is proven before it becomes current, and stays as it was when Splunk refuses it", async () => {
    const written = { SPLUNK_HEC_URL: `${hecUrl}/services/collector/event`, SPLUNK_HEC_TOKEN: token };
    const good = await stage(JSON.stringify(written));
    expect(await good.run()).toEqual({ splunk: "rewritten" });
    expect(JSON.parse((await good.current()).text)).toEqual({ ...written, SPLUNK_HEC_URL: hecUrl });
    expect(good.splunk.index.search({ index: "mcp_audit" })).toHaveLength(1);

    const bad = await stage(JSON.stringify({ ...written, SPLUNK_HEC_TOKEN: "unknown" }));
    expect(await bad.run()).toEqual({ splunk: "aligned" });
    expect(JSON.parse((await bad.current()).text)).toMatchObject({ SPLUNK_HEC_URL: written.SPLUNK_HEC_URL });
    expect(bad.notices).toHaveLength(1);
  });
});

it("[ALN-1] aligning what is aligned changes nothing, whatever was in it", () => {
  const names = fc.constantFrom("endpoint", "token", "SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN", "OTHER");
  const values = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom(...Object.values(placeholders)));
  fc.assert(
    fc.property(fc.dictionary(names, values), (value) => {
      const once = align(value, aliases, placeholders);
      if (once.kind === "aligned") return;
      expect(align(once.value, aliases, placeholders)).toEqual({ kind: "aligned" });
      for (const legacy of Object.keys(aliases)) expect(once.value).not.toHaveProperty(legacy);
    }),
  );
});
