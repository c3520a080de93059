import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HecDouble, startHecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AuditClient, type AuditOptions, openAudit, type ToolCallEvent } from "#sidecar/audit/index.ts";
import { createLog, type Log } from "#sidecar/log.ts";

const value = "b7f1c3d2-0000-4000-8000-00000000cafe";
const indexedEvent = v.looseObject({
  action: v.string(),
  request_id: v.optional(v.string()),
  dropped: v.optional(v.number()),
});

let hec: HecDouble;
let spoolDirectory: string;
let lines: string[];
let log: Log;
const open: AuditClient[] = [];

beforeEach(async () => {
  hec = await startHecDouble();
  hec.createToken({ name: "mcp", token: value, indexes: ["mcp_audit"] });
  spoolDirectory = await mkdtemp(join(tmpdir(), "audit-"));
  lines = [];
  log = createLog((line) => lines.push(line));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((audit) => audit.close(0)));
  await hec.stop();
  await rm(spoolDirectory, { recursive: true, force: true });
});

async function start(change: Partial<AuditOptions> = {}): Promise<AuditClient> {
  const audit = await openAudit(
    {
      url: new URL(hec.url),
      token: value,
      index: "mcp_audit",
      source: "mcp-google",
      sourcetype: "mcp:audit",
      spoolDirectory,
      spoolMaxBytes: 2 ** 20,
      ...change,
    },
    "google_workspace",
    log,
  );
  open.push(audit);
  return audit;
}

const call = (id: string): ToolCallEvent => ({
  action: "tool_call",
  tool: "add",
  outcome: "success",
  duration_ms: 1,
  argument_names: ["a"],
  request_id: id,
  session: "one",
});

const arrived = () => hec.search().map(({ event }) => v.parse(indexedEvent, event));
const idsArrived = () => arrived().flatMap(({ request_id }) => request_id ?? []);
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => String(from + at));

function record(audit: AuditClient, from: number, to: number): void {
  for (const id of ids(from, to)) audit.record(call(id));
}

async function untilArrived(count: number): Promise<void> {
  await expect.poll(() => idsArrived().length, { timeout: 15_000, interval: 20 }).toBeGreaterThanOrEqual(count);
}
const logged = (words: string) => expect.poll(() => lines.join("\n"), { timeout: 5_000 }).toContain(words);

describe("the audit client", () => {
  it("[AUD-1] sends events with index, source and sourcetype, in order", async () => {
    const audit = await start();
    record(audit, 0, 1000);
    await untilArrived(1000);
    expect(idsArrived()).toEqual(ids(0, 1000));
    expect(hec.search({ index: "mcp_audit", source: "mcp-google", sourcetype: "mcp:audit" })).toHaveLength(1000);
    // The events are in Splunk before its answer is here.
    await expect.poll(() => audit.status()).toMatchObject({ delivering: true, queued: 0, spooled: 0, dropped: 0 });
  });

  for (const fault of [
    { kind: "refuse" },
    { kind: "throttle", retryAfterSeconds: 0 },
    { kind: "busy", lyingHealth: true },
    { kind: "error" },
    { kind: "forbid", code: 4 },
  ] as const) {
    it(`keeps events on disk while HEC answers "${fault.kind}", and delivers them in order afterwards`, async () => {
      const audit = await start();
      record(audit, 0, 10);
      await untilArrived(10);
      hec.setFault(fault);
      record(audit, 10, 300);
      await expect.poll(() => audit.status(), { timeout: 5_000 }).toMatchObject({ delivering: false, spooled: 290 });
      record(audit, 300, 310);
      hec.clearFault();
      await untilArrived(310);
      expect(idsArrived()).toEqual(ids(0, 310));
      await expect.poll(() => audit.status()).toMatchObject({ delivering: true, spooled: 0, dropped: 0 });
    });
  }

  it("keeps events that a stalled HEC never answered, when the process stops, for the next process", async () => {
    const audit = await start();
    await logged("HEC accepts audit events");
    hec.setFault({ kind: "stall" });
    record(audit, 0, 50);
    await audit.close(200);
    expect(idsArrived()).toEqual([]);
    hec.clearFault();
    await start();
    await untilArrived(50);
    expect(idsArrived()).toEqual(ids(0, 50));
  });

  it("drops what exceeds the bound, counts it, and tells Splunk of the gap", async () => {
    hec.setFault({ kind: "busy" });
    const audit = await start({ spoolMaxBytes: 20_000 });
    await logged("HEC answered 503");
    record(audit, 0, 500);
    await logged("The audit spool is full");
    const { dropped } = audit.status();
    expect(dropped).toBeGreaterThan(0);
    hec.clearFault();
    await untilArrived(500 - dropped);
    expect(idsArrived()).toEqual(ids(0, 500 - dropped));
    await expect
      .poll(() => arrived().find(({ action }) => action === "audit_gap")?.dropped, { timeout: 5_000 })
      .toBe(dropped);
  });

  it("[AUD-4] distinguishes a wrong token (401) from a disabled one (403), with the remedy, and shows neither", async () => {
    await start({ token: " " });
    await logged("HEC answered 401");
    expect(lines.join()).toContain("the token is wrong");
    hec.disableToken("mcp");
    await start();
    await logged("HEC answered 403 (code 1, Token disabled): HEC is disabled on the Splunk side");
    await start({ token: "00000000-0000-0000-0000-000000000000" });
    await logged("HEC answered 403 (code 4, Invalid token)");
    expect(lines.join()).not.toContain(value);
    expect(lines.join()).toContain("/<stage>/mcp/splunk");
  });

  it("waits for an index that the token may not write to, and names the setting", async () => {
    const audit = await start({ index: "elsewhere" });
    record(audit, 0, 1);
    await logged("HEC answered 400 (code 7, Incorrect index): the token may not write to SPLUNK_INDEX");
    hec.updateToken("mcp", { indexes: [] });
    await untilArrived(1);
  });

  it("keeps events in memory, and in order, when the disk fails as well", async () => {
    const audit = await start();
    await logged("HEC accepts audit events");
    hec.setFault({ kind: "refuse" });
    await rm(spoolDirectory, { recursive: true });
    record(audit, 0, 50);
    await logged("The audit spool at");
    record(audit, 50, 60);
    hec.clearFault();
    await untilArrived(60);
    expect(idsArrived()).toEqual(ids(0, 60));
    expect(audit.status()).toMatchObject({ dropped: 0 });
  });

  it("keeps the spool to itself: it names people", async () => {
    hec.setFault({ kind: "refuse" });
    const audit = await start();
    record(audit, 0, 1);
    await expect.poll(() => audit.status().spooled).toBe(1);
    const [own = ""] = await readdir(spoolDirectory);
    expect((await stat(join(spoolDirectory, own))).mode & 0o077).toBe(0);
  });
});
