import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queryRecords } from "#chat/record/incident-query.ts";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { extendMute, putMute } from "#chat/record/mute-table.ts";
import { emptyRecord, type GroupRecord } from "#chat/record/record.ts";
import type { IncidentStore } from "#chat/record/store.ts";
import { type ServedService, serveDynamoDb } from "../../../endpoint/serve.ts";
import { createIncidentsTable } from "../../../fixture/incidents-table.ts";

let served: ServedService;
let client: DynamoDBClient;
let table: IncidentStore;

beforeAll(async () => {
  served = await serveDynamoDb();
  client = new DynamoDBClient(served.client);
  await createIncidentsTable(client);
  table = createIncidentTable("incidents", client);
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const record = (phase: "firing" | "resolved", version = 0): GroupRecord => ({
  ...emptyRecord,
  version,
  thread: { reference: "1.0", openedAt: 1, shared: false },
  entries: { a: { change: "a@1", phase, severity: "critical", since: 1, at: 2, told: true, headline: "wrong" } },
  lastSentAt: 3,
});

describe("the incident table", () => {
  it("[CHAT-2] gives back what was recorded, each destination's own", async () => {
    expect(await table.save("slack", "wiki", record("firing"))).toBe("saved");
    expect(await table.load("slack", ["wiki", "mail"])).toEqual(new Map([["wiki", record("firing", 1)]]));
    expect(await table.load("teams", ["wiki"])).toEqual(new Map());
  });

  it("[CHAT-3] takes one of two records that were made from the same state", async () => {
    const outcomes = await Promise.all([1, 2].map(() => table.save("slack", "race", record("firing"))));
    expect(outcomes.sort()).toEqual(["saved", "stale"]);
    expect(await table.save("slack", "race", record("resolved", 1))).toBe("saved");
  });

  it("shows everything of a destination to whoever only looks, and no claim", async () => {
    await table.save("looked-at", "wiki", record("resolved"));
    await table.claim("looked-at", 1, 2);
    const looked = { table: "incidents", destination: "looked-at", having: "record", reading: "eventual" } as const;
    expect(await queryRecords(client, looked)).toEqual(new Map([["wiki", record("resolved", 1)]]));
  });

  it("[CHAT-3] lists what lasts, more than a page of it, and nothing else", async () => {
    const groups = Array.from({ length: 250 }, (_, index) => `group-${index}`);
    await Promise.all(
      groups.map((group, index) => table.save("pages", group, record(index < 230 ? "firing" : "resolved"))),
    );
    expect((await table.listOpen("pages")).size).toBe(230);
    expect((await table.load("pages", groups)).size).toBe(250);
  });

  it("[CHAT-13] holds a thousand contributors in one record, and compares versions of it as of a small one", async () => {
    const { a: entry } = record("firing").entries;
    if (entry === undefined) throw new Error("The record has no entry.");
    const headline = (index: number) => `contributor ${index} of an alarm: ${"é".repeat(60)} 🔴`;
    const entries = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`alarm/${index}`, { ...entry, headline: headline(index) }] as const),
    );
    const large: GroupRecord = { ...record("firing"), entries };
    expect(JSON.stringify(large).length).toBeGreaterThan(200_000);
    expect(await table.save("large", "wiki", large)).toBe("saved");
    expect(await table.save("large", "wiki", large)).toBe("stale");
    const kept = new Map([["wiki", { ...large, version: 1 }]]);
    expect(await table.load("large", ["wiki"])).toEqual(kept);
    expect(await table.listOpen("large")).toEqual(kept);
    const looked = { table: "incidents", destination: "large", having: "record", reading: "eventual" } as const;
    expect(await queryRecords(client, looked)).toEqual(kept);
  });

  it("[CHAT-3] lets one speak to a destination at a time, and the next when it is over", async () => {
    expect(await table.claim("slack", 1_000, 2_000)).toBe(true);
    expect(await table.claim("slack", 1_500, 2_500)).toBe(false);
    expect(await table.claim("teams", 1_500, 2_500)).toBe(true);
    await table.release("slack", 1_600);
    expect(await table.claim("slack", 1_600, 2_600)).toBe(true);
    expect((await table.listOpen("slack")).has("#claim")).toBe(false);
  });

  it("[CHAT-14] is silent for an hour more by a button, and not for less where somebody silenced it for longer", async () => {
    const mute = (target: string, until: number) => ({ target, reason: "r", by: "Ada", since: 1, until });
    await putMute(client, "incidents", mute("wiki", 9_000_000));
    await putMute(client, "incidents", mute("mail", 3_000_000));
    for (const target of ["wiki", "mail", "chat"]) await extendMute(client, "incidents", mute(target, 4_000_000));
    const mutes = await table.mutes(2_000_000);
    expect(Object.fromEntries(mutes.map(({ target, until }) => [target, until]))).toEqual({
      wiki: 9_000_000,
      mail: 4_000_000,
      chat: 4_000_000,
    });
  });
});
