import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { createLog, silent } from "#sidecar/log.ts";
import { createSeal, openSessions } from "#sidecar/sessions/index.ts";
import { openMemoryStore } from "#sidecar/sessions/memory.ts";
import { openRecords } from "#sidecar/sessions/records.ts";

const first = "first-key-0123456789-0123456789-01";
const second = "second-key-0123456789-0123456789-0";

describe("the seal on stored sessions", () => {
  it("opens what an older key sealed, and seals with the newest", async () => {
    const old = createSeal([first]);
    const rotated = createSeal([second, first]);
    expect(await rotated.open("login:1", await old.seal("login:1", "ada"))).toBe("ada");
    expect(await old.open("login:1", await rotated.seal("login:1", "ada"))).toBeUndefined();
  });

  it("opens a record only where it was sealed", async () => {
    const seal = createSeal([first]);
    expect(await seal.open("login:2", await seal.seal("login:1", "ada"))).toBeUndefined();
  });

  it("refuses a record that was changed, and text that is not one", async () => {
    const seal = createSeal([first]);
    const sealed = await seal.seal("login:1", "ada");
    expect(await seal.open("login:1", `${sealed.slice(0, -4)}AAAA`)).toBeUndefined();
    expect(await seal.open("login:1", "ada")).toBeUndefined();
  });
});

describe("stored records", () => {
  it("are absent when their key was retired or their shape is another release's, and the log says so", async () => {
    const lines: string[] = [];
    const store = openMemoryStore();
    const options = { store, prefix: "mcp:test:cart", log: createLog((line) => lines.push(line)) };
    const carts = openRecords({ ...options, seal: createSeal([first]), schema: v.object({ items: v.number() }) });
    await carts.set("1", { items: 3 }, 60);
    expect(await carts.get("1")).toEqual({ items: 3 });

    const retired = openRecords({ ...options, seal: createSeal([second]), schema: v.object({ items: v.number() }) });
    expect(await retired.get("1")).toBeUndefined();
    const reshaped = openRecords({ ...options, seal: createSeal([first]), schema: v.object({ items: v.string() }) });
    expect(await reshaped.get("1")).toBeUndefined();
    expect(lines.join()).toContain("SESSION_ENCRYPTION_KEY");
    expect(lines.join()).toContain("another release");
    await store.close();
  });

  it("are taken by one of two callers", async () => {
    const sessions = openSessions({ backend: { kind: "memory" }, namespace: "test", log: silent });
    const codes = sessions.records("code", v.string());
    await codes.set("1", "x", 60);
    const taken = await Promise.all([codes.take("1"), codes.take("1")]);
    expect(taken.filter((value) => value === "x")).toHaveLength(1);
    await sessions.close();
  });

  it("expire", async () => {
    let now = 0;
    const store = openMemoryStore(() => now);
    await store.set("a", "1", 10);
    now = 9_999;
    expect(await store.get("a")).toBe("1");
    now = 10_000;
    expect(await store.get("a")).toBeUndefined();
    await store.close();
  });

  it("in memory are announced as such: the choice shows in the log and in the status", async () => {
    const lines: string[] = [];
    const log = createLog((line) => lines.push(line));
    const sessions = openSessions({ backend: { kind: "memory" }, namespace: "test", log });
    expect(lines.join()).toContain("a restart logs everybody out");
    expect(sessions.status()).toEqual({ backend: "memory", connected: true, tls: false, encrypted: false });
    await sessions.close();
  });
});
