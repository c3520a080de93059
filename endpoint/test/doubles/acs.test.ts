import { afterEach, describe, expect, it } from "vitest";
import { AcsApi, type AcsFault } from "#endpoint/doubles/acs/index.ts";
import { TokenRegistry } from "#endpoint/doubles/hec/index.ts";

const root = "https://acs.test/local/adminconfig/v2/inputs/http-event-collectors";
let now = 0;
afterEach(() => {
  now = 0;
});

/** Splunk Cloud's administration at a moment that the test moves. */
function splunk(fault?: AcsFault) {
  const tokens = new TokenRegistry(() => now);
  const api = new AcsApi({ tokens, stack: "local", jwt: "jwt", now: () => now, delayMs: 100 });
  api.setFault(fault);
  const ask = (method: string, name = "", body: object = {}) => {
    const url = new URL(`${root}${name}`);
    const headers = { authorization: "Bearer jwt" };
    const said = api.handle({ method, url, headers, body: Buffer.from(JSON.stringify(body)) });
    return said.kind === "answer" ? said.status : said.kind;
  };
  return { tokens, api, ask };
}

describe("ACS", () => {
  it("does what it accepted when it is due, whether or not somebody asks", () => {
    const { tokens, api, ask } = splunk();
    expect(ask("POST", "", { name: "new", token: "a-token" })).toBe(202);
    expect(api.applyDue()).toBe(100);
    now = 100;
    expect(api.applyDue()).toBeUndefined();
    expect(tokens.get("new")).toMatchObject({ token: "a-token" });
  });

  it("shows a new token before HEC knows it, where it spreads slowly", () => {
    const { tokens, ask } = splunk({ kind: "late", delayMs: 1_000, spreadMs: 500 });
    ask("POST", "", { name: "new", token: "a-token" });
    now = 1_000;
    expect(ask("GET", "/new")).toBe(200);
    expect(tokens.admit("a-token")).toBe("unknown");
    now = 1_500;
    expect(tokens.admit("a-token")).toMatchObject({ name: "new" });
  });

  it("hides a token that HEC takes", () => {
    const { tokens, ask } = splunk({ kind: "hide", name: "elsewhere" });
    tokens.create({ name: "elsewhere", token: "a-token" });
    expect(ask("GET", "/elsewhere")).toBe(404);
    expect(tokens.admit("a-token")).toMatchObject({ name: "elsewhere" });
  });

  it("refuses some requests and serves others", () => {
    const { tokens, ask } = splunk({ kind: "forbid", methods: ["DELETE"] });
    tokens.create({ name: "old", token: "a-token" });
    expect([ask("GET", "/old"), ask("DELETE", "/old")]).toEqual([200, 403]);
  });
});
