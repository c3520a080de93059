import { describe, expect, it } from "vitest";
import { alignSecrets } from "#rotation/align/align-secrets.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import type { Notice } from "#rotation/ports.ts";
import { MemoryStore } from "../leaks/memory-store.ts";
import { createSplunk } from "../world/splunk.ts";
import { named } from "./named.ts";
import { putRight } from "./put-right.ts";
import { aliases, placeholders, token } from "./secret.ts";

const entry: SecretEntry = {
  key: "splunk",
  id: "/prod/mcp/splunk",
  placeholders,
  aliases,
  rotation: { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 },
  services: [],
};
const map: RotationMap = { stage: "prod", cluster: "c", auditIndex: "mcp_audit", secrets: [entry] };

const clock = { now: () => 0 };

/** What becomes of the text of a secret, where Splunk takes that token. */
async function aligned(text: string) {
  const splunk = createSplunk(() => 0, 0);
  splunk.tokens.create({ name: "by-hand", token, indexes: ["mcp_audit"] });
  const store = new MemoryStore();
  store.add(entry.id, text);
  const notices: Notice[] = [];
  const outcomes = await alignSecrets({
    map,
    store,
    announcer: { announce: async (notice) => void notices.push(notice) },
    log: () => undefined,
    issuerOf: (one) =>
      issuerOf(
        one,
        Object.assign(Object.create(null), { fetch: splunk.fetch, auditIndex: map.auditIndex, store, clock }),
      ),
  });
  const { versions } = await store.describe(entry.id);
  const id = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "";
  const said = notices.map((notice) => `${notice.text} ${notice.remedy}`).join("\n");
  return { outcome: outcomes.splunk, text: (await store.read(entry.id, id)) ?? "", said };
}

const tabulated = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

describe("odd values of the Splunk secret", () => {
  it.each(putRight)("[ALN-2] are put right: %s", async (_what, held, end, says) => {
    const { outcome, text, said } = await aligned(tabulated(held));
    expect(JSON.parse(text)).toEqual(end);
    expect(outcome).toBe(tabulated(held) === text ? "aligned" : "rewritten");
    expect(said).toMatch(says ?? /^$/);
    expect(said).not.toMatch(/1a2b3c4d|another-one|hec\.test/);
    // Once is enough, and once is all that people hear of it.
    expect(await aligned(text)).toEqual({ outcome: "aligned", text, said: "" });
  });

  it.each(named)("[ALN-2] are named, and left as they are: %s", async (_what, held, says) => {
    const { text, said } = await aligned(tabulated(held));
    expect(text).toBe(tabulated(held));
    expect(said).toMatch(says);
    expect(said).not.toMatch(/1a2b3c4d|pw@|hec\.test/);
  });
});
