import fc from "fast-check";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { log } from "#lambda/log.ts";
import { receive } from "#lambda/middleware/index.ts";
import { alignSecrets } from "#rotation/align/align-secrets.ts";
import { messageOf } from "#rotation/aws/announcer.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import { settle } from "#rotation/settle/settle.ts";
import { rotate } from "#rotation/steps/rotate.ts";
import { disguised, tellTales, tokens } from "../../../fixture/disguises.ts";
import { adminToken, adminUrl, createSplunk, hecUrl } from "../world/splunk.ts";
import { MemoryStore } from "./memory-store.ts";

const entry = (key: string, rotation: SecretEntry["rotation"], aliases = {}): SecretEntry => ({
  key,
  id: `/prod/mcp/${key}`,
  placeholders: { SPLUNK_HEC_URL: "https://replace-me.splunkcloud.com:8088" },
  aliases,
  rotation,
  services: ["one"],
});
const splunk = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
const map: RotationMap = {
  stage: "prod",
  cluster: "c",
  auditIndex: "mcp_audit",
  secrets: [
    entry("splunk", splunk, { endpoint: "SPLUNK_HEC_URL", token: "SPLUNK_HEC_TOKEN" }),
    entry("enterprise", { ...splunk, platform: "enterprise" }),
    entry("google-oauth", { issuer: "google-oauth", everyDays: 90 }),
    entry("redis", { issuer: "redis-auth", key: "SPLUNK_HEC_TOKEN", replicationGroup: "g", everyDays: 30 }),
    entry("random", { issuer: "random", keys: { endpoint: { length: 40 } }, everyDays: 30 }),
    entry("keys", { declined: "By hand." }),
  ],
};
const known = [hecUrl, adminUrl, "https://oauth2.googleapis.test"].map((url) => new URL(url).hostname);

const goodToken = "aaaaaaaa-0000-4000-8000-aaaaaaaaaaaa";

/** Whatever a person may read, and whatever leaves for somebody who is not known to be the right one. */
const seen: string[] = [];
beforeEach(() => {
  seen.splice(0);
  const write = (chunk: string | Uint8Array) => seen.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
});
afterEach(() => vi.restoreAllMocks());

/** The network: it knows three hosts, and sees everything that is looked up or asked elsewhere. */
function network(answers: "answers" | "is down") {
  const { fetch, tokens: accepted } = createSplunk(() => 0, 0);
  accepted.create({ name: "by-hand", token: goodToken, indexes: ["mcp_audit"] });
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { url, headers } = new Request(input, init);
    const { hostname, pathname, search } = new URL(url);
    seen.push(hostname, `${pathname}${search}`);
    const authorization = headers.get("authorization") ?? "";
    seen.push(...[...headers].filter(([name]) => name !== "authorization").flat());
    if (!known.includes(hostname)) seen.push(authorization);
    if (answers === "is down" || !known.includes(hostname)) {
      const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" });
      throw new TypeError(`${url} with ${authorization} failed`, { cause });
    }
    if (hostname.includes("google")) return Response.json({ error: "invalid_client" }, { status: 401 });
    return fetch(input, init);
  };
}

interface Scene {
  readonly store: MemoryStore;
  readonly readAdmin: () => string;
  readonly fetch: typeof globalThis.fetch;
}

function portsOf({ store, readAdmin, fetch }: Scene) {
  let now = Date.UTC(2026, 0, 1);
  const sleep = async (ms: number) => {
    now += ms;
  };
  const clock = { now: () => now, sleep };
  const until = now + 300_000;
  return {
    map,
    store,
    clock,
    log,
    deadline: () => until,
    announcer: {
      announce: async (notice: Parameters<typeof messageOf>[0]) =>
        void seen.push(JSON.stringify(messageOf(notice, new Date(now)))),
    },
    fleet: {
      describe: async () => [],
      listTasks: async () => ({ tasks: [], next: undefined }),
      describeTasks: async () => [],
      secretsOf: async () => [],
      roll: async () => "",
    },
    issuerOf: (one: SecretEntry) =>
      issuerOf(one, {
        fetch,
        store,
        clock,
        deadline: () => until,
        stage: "prod",
        auditIndex: "mcp_audit",
        readSecret: async () => readAdmin(),
        redis: {
          update: async (_group, token) => {
            throw new Error(`Invalid AuthToken provided: ${token}`);
          },
          available: async () => true,
        },
        googleTokenUrl: "https://oauth2.googleapis.test/token",
      }),
  };
}

const context = Object.assign(Object.create(null), { getRemainingTimeInMillis: () => 300_000, functionName: "f" });

/** One call of a function, with everything that all of them have around them. */
async function call(work: () => Promise<unknown>): Promise<void> {
  const handler = receive(v.unknown()).handler(async () => void (await work()));
  await handler(undefined, context).catch((error: unknown) => {
    seen.push(String(error), error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${error.cause}` : "");
  });
}

const names = [
  "SPLUNK_HEC_URL",
  "SPLUNK_HEC_TOKEN",
  "endpoint",
  "token",
  "Endpoint",
  " token",
  "GOOGLE_OAUTH_CLIENT_ID",
];
const innocent = [hecUrl, "hec.test:8088", "https://replace-me.splunkcloud.com:8088/", "", null, 7, { a: 1 }];

/** A secret with a token where it belongs, or does not, beside what belongs there. */
const textWith = (token: string) => {
  const held = fc.oneof({ weight: 3, arbitrary: disguised(token) }, fc.constantFrom(...innocent));
  const whole = fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, disguised(token)), held, {
    minKeys: 1,
    maxKeys: 4,
  });
  const wrong = disguised(token);
  /** One thing out of place, or two, and all else as it should be: what gets furthest. */
  const nearly = fc.oneof(
    fc.record({ SPLUNK_HEC_URL: wrong, SPLUNK_HEC_TOKEN: fc.constant(goodToken) }),
    fc.record({ SPLUNK_HEC_URL: fc.constant(hecUrl), SPLUNK_HEC_TOKEN: wrong }),
    fc.record({ SPLUNK_HEC_URL: wrong, SPLUNK_HEC_TOKEN: fc.constant(hecUrl) }),
    fc.record({ endpoint: wrong, token: fc.constant(goodToken) }),
    fc.record({ SPLUNK_HEC_URL: fc.constant(`${hecUrl}/services/collector`), SPLUNK_HEC_TOKEN: fc.constant(token) }),
  );
  return fc.oneof(
    { weight: 9, arbitrary: nearly.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: whole.map((value) => JSON.stringify(value)) },
    whole.map((value) => `\ufeff${JSON.stringify(value)}`),
    whole.map((value) => JSON.stringify(JSON.stringify(value))),
    whole.map((value) => Buffer.from(JSON.stringify(value)).toString("base64")),
    disguised(token),
    whole.map((value) => JSON.stringify([value])),
    whole.map((value) => JSON.stringify(value).slice(0, -3)),
  );
};

describe("whatever a secret holds, and wherever in it", () => {
  it("[SEC-7] no function lets anything of a token be read, looked up or asked of a host that is not the right one", async () => {
    let made = 0;
    const scene = tokens.chain((token) =>
      fc.record({
        token: fc.constant(token),
        texts: fc.tuple(textWith(token), textWith(token)),
        admin: fc.oneof(
          fc.constant(JSON.stringify({ SPLUNK_ADMIN_URL: adminUrl, SPLUNK_ADMIN_TOKEN: adminToken })),
          fc
            .tuple(disguised(token), fc.constantFrom(adminToken, adminUrl, token))
            .map(([url, own]) => JSON.stringify({ SPLUNK_ADMIN_URL: url, SPLUNK_ADMIN_TOKEN: own })),
        ),
        net: fc.constantFrom("answers" as const, "is down" as const),
        refuses: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(scene, async ({ token, texts, admin, net, refuses }) => {
        seen.splice(0);
        const store = new MemoryStore();
        for (const { id } of map.secrets) store.add(id, ...texts);
        const ports = portsOf({ store, readAdmin: () => admin, fetch: network(net) });
        store.refuses = refuses;
        await call(() => alignSecrets(ports));
        await call(() => settle(ports));
        const pending = `rotation-${++made}`;
        for (const { id } of map.secrets) store.begin(id, pending);
        for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const) {
          for (const { id } of map.secrets) {
            await call(() => rotate({ Step, SecretId: id, ClientRequestToken: pending }, ports));
          }
        }
        await call(() => settle(ports));
        expect(tellTales(seen, [token])).toEqual([]);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  }, 120_000);

  it("[SEC-7] the watch itself sees what it is there for", () => {
    const token = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
    const shown = [
      token.toUpperCase(),
      Buffer.from(token).toString("base64"),
      `%31${token.slice(1)}`,
      token.slice(5, 25),
    ];
    expect(tellTales([...shown, "prod-mcp-1a2b3c4d", "hec.test"], [token])).toEqual(shown);
  });
});
