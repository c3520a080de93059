import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silent } from "#sidecar/log.ts";
import { remember } from "#sidecar/login/memo.ts";
import { OAuthFailure } from "#sidecar/login/oauth-failure.ts";
import { type LoginRecords, loginSeconds, openLoginRecords } from "#sidecar/login/records.ts";
import { openTokenDesk, type TokenDesk } from "#sidecar/login/tokens.ts";
import { openSessions, type Sessions, StoreUnavailable } from "#sidecar/sessions/index.ts";

const day = 24 * 3600 * 1000;
let now: number;
let sessions: Sessions;
let records: LoginRecords;
let desk: TokenDesk;
let reused: string[];

beforeEach(() => {
  now = Date.now();
  sessions = openSessions({ backend: { kind: "memory" }, namespace: "test", log: silent });
  records = openLoginRecords(sessions);
  reused = [];
  desk = openTokenDesk({
    records,
    now: () => now,
    onReuse: ({ loginId }) => reused.push(loginId),
  });
});
afterEach(() => sessions.close());

async function logIn() {
  const login = { user: { subject: "1" }, clientId: "client", expiresAt: Math.floor(now / 1000) + loginSeconds };
  await records.logins.set("login", login, loginSeconds);
  const tokens = await desk.issue({ loginId: "login", login }, ["mcp"]);
  return { access: tokens.access_token, refresh: tokens.refresh_token };
}

describe("tokens", () => {
  it("[RED-6] refresh for 30 days from the login and not a day longer", async () => {
    let { refresh } = await logIn();
    now += 29 * day;
    refresh = (await desk.rotate("client", refresh)).refresh_token;
    now += 2 * day;
    await expect(desk.rotate("client", refresh)).rejects.toMatchObject({ code: "invalid_grant" });
  });

  it("survive a lost answer: the old refresh token works for another minute", async () => {
    const { refresh } = await logIn();
    await desk.rotate("client", refresh);
    now += 30_000;
    const tokens = await desk.rotate("client", refresh);
    await expect(desk.verify(tokens.access_token)).resolves.toMatchObject({ loginId: "login" });
  });

  it("[MCP-2] survive a store that fails in the middle of a refresh, and stays away for longer than that minute", async () => {
    const { refresh } = await logIn();
    const fail = () => Promise.reject(new StoreUnavailable("away"));
    for (const away of [
      { successors: { ...records.successors, claim: fail } },
      { refreshTokens: { ...records.refreshTokens, claim: fail } },
      { accessTokens: { ...records.accessTokens, set: fail } },
      { refreshTokens: { ...records.refreshTokens, set: fail } },
    ]) {
      const failing = openTokenDesk({ records: { ...records, ...away }, now: () => now, onReuse: () => undefined });
      await expect(failing.rotate("client", refresh)).rejects.toThrow(StoreUnavailable);
      now += 5 * 60_000;
    }
    const tokens = await desk.rotate("client", refresh);
    await expect(desk.verify(tokens.access_token)).resolves.toMatchObject({ loginId: "login" });
    expect(reused).toEqual([]);
  });

  it("all end when a refresh token turns up again later: somebody stole it", async () => {
    const { refresh } = await logIn();
    const tokens = await desk.rotate("client", refresh);
    now += 61_000;
    await expect(desk.rotate("client", refresh)).rejects.toMatchObject({ code: "invalid_grant" });
    await expect(desk.verify(tokens.access_token)).rejects.toMatchObject({ code: "invalid_token" });
    expect(reused).toEqual(["login"]);
  });

  it("are good for the client they were issued to", async () => {
    const { refresh } = await logIn();
    await expect(desk.rotate("another", refresh)).rejects.toMatchObject({ code: "invalid_grant" });
    expect(await desk.revoke("another", refresh)).toBeUndefined();
    await expect(desk.rotate("client", refresh)).resolves.toBeDefined();
  });

  it("end together when one of them is revoked", async () => {
    const { access, refresh } = await logIn();
    expect(await desk.revoke("client", refresh)).toMatchObject({ loginId: "login" });
    await expect(desk.verify(access)).rejects.toMatchObject({ code: "invalid_token" });
  });
});

describe("the memory of verified tokens", () => {
  it("answers while the store is down, for those it knows, and for a quarter of an hour", async () => {
    let away = false;
    const verified = remember(
      async (token: string) => {
        if (away) throw new StoreUnavailable("away");
        return `of ${token}`;
      },
      () => now,
    );
    await verified.get("a");
    away = true;
    now += 14 * 60_000;
    expect(await verified.get("a")).toBe("of a");
    await expect(verified.get("b")).rejects.toThrow(StoreUnavailable);
    now += 2 * 60_000;
    await expect(verified.get("a")).rejects.toThrow(StoreUnavailable);
  });

  it("learns of a revocation within seconds", async () => {
    let revoked = false;
    const ask = async () => {
      if (revoked) throw new OAuthFailure("invalid_token", "revoked");
      return "grant";
    };
    const verified = remember(ask, () => now);
    await verified.get("a");
    revoked = true;
    now += 15_000;
    await expect(verified.get("a")).rejects.toMatchObject({ code: "invalid_token" });
  });
});
