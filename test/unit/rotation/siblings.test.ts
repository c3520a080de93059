import { expect, it } from "vitest";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import { keptValues } from "#rotation/settle/credentials.ts";
import { MemoryStore } from "./leaks/memory-store.ts";

const rotation = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
const entry = (key: string, more: Partial<SecretEntry> = {}): SecretEntry => ({
  key,
  id: `/prod/mcp/${key}`,
  placeholders: {},
  aliases: {},
  rotation,
  services: [],
  ...more,
});

it("[ROT-13] a token of another secret at the same issuer is nobody's leftover", async () => {
  const [splunk, audit, keys] = [
    entry("splunk"),
    entry("audit"),
    entry("keys", { rotation: { declined: "By hand." } }),
  ];
  const map: RotationMap = { stage: "prod", cluster: "c", auditIndex: "i", secrets: [splunk, audit, keys] };
  const store = new MemoryStore();
  for (const { id, key } of map.secrets) store.add(id, `{"SPLUNK_HEC_TOKEN":"${key}-new"}`);
  const tokens = (await keptValues(splunk, { map, store })).map((value) => value.SPLUNK_HEC_TOKEN);
  expect(tokens).toEqual(["splunk-new", "audit-new"]);
});
