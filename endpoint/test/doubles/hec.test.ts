import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type HecDouble, startHecDouble } from "#endpoint/doubles/hec/index.ts";

const good = "Splunk 11111111-1111-4111-8111-111111111111";
let hec: HecDouble;

beforeAll(async () => {
  hec = await startHecDouble();
  const token = (name: string, digit: string) => ({ name, token: good.slice(7).replaceAll("1", digit) });
  hec.createToken({ ...token("mcp", "1"), indexes: ["mcp_audit"] });
  hec.createToken({ ...token("off", "2"), disabled: true });
  hec.createToken({ ...token("acked", "3"), useAck: true });
  hec.createToken(token("young", "5"), 60_000);
});
beforeEach(() => hec.clearFault());
afterAll(() => hec.stop());

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { authorization: good },
  path = "event",
) {
  const response = await fetch(`${hec.url}/services/collector/${path}`, { method: "POST", body, headers });
  return [response.status, await response.json()];
}
const event = (text: string, extra = {}) => JSON.stringify({ event: text, ...extra });
const withToken = (digit: string) => ({ authorization: good.replaceAll("1", digit) });

describe("the HEC double", () => {
  it.each([
    [{}, 401, { text: "Token is required", code: 2 }],
    [{ authorization: "Bearer x" }, 401, { text: "Invalid authorization", code: 3 }],
    [withToken("9"), 403, { text: "Invalid token", code: 4 }],
    [withToken("5"), 403, { text: "Invalid token", code: 4 }],
    [withToken("2"), 403, { text: "Token disabled", code: 1 }],
    [withToken("3"), 400, { text: "Data channel is missing", code: 10 }],
    [{ ...withToken("3"), "x-splunk-request-channel": "x" }, 400, { text: "Invalid data channel", code: 11 }],
  ])("answers %o with %i", async (headers, status, body) => {
    expect(await post(event("x"), headers)).toEqual([status, body]);
  });

  it.each([
    ["", { text: "No data", code: 5 }],
    ["not json", { text: "Invalid data format", code: 6, "invalid-event-number": 0 }],
    [`${event("fine")}{"event":`, { text: "Invalid data format", code: 6, "invalid-event-number": 1 }],
    [event("x", { index: "main" }), { text: "Incorrect index", code: 7, "invalid-event-number": 0 }],
    ['{"time":1}', { text: "Event field is required", code: 12, "invalid-event-number": 0 }],
    [event(""), { text: "Event field cannot be blank", code: 13, "invalid-event-number": 0 }],
  ])("answers the body %j with 400", async (body, answer) => {
    expect(await post(body)).toEqual([400, answer]);
  });

  it("accepts events one after the other, in an array, with braces in strings, and gzipped", async () => {
    const before = hec.search().length;
    expect(await post(`${event("{one}")}\n${event('two "}"')}${event("three")}`)).toEqual([
      200,
      { text: "Success", code: 0 },
    ]);
    await post(`[${event("four")},${event("five")}]`);
    await post(gzipSync(event("six", { source: "zip" })), { authorization: good, "content-encoding": "gzip" });
    expect(
      hec
        .search({ index: "mcp_audit" })
        .slice(before)
        .map((indexed) => indexed.event),
    ).toEqual(["{one}", 'two "}"', "three", "four", "five", "six"]);
    expect(hec.search({ source: "zip" })).toHaveLength(1);
  });

  it("acknowledges by channel", async () => {
    const headers = { ...withToken("3"), "x-splunk-request-channel": "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba" };
    expect(await post(event("x"), headers)).toEqual([200, { text: "Success", code: 0, ackId: 0 }]);
    expect(await post('{"acks":[0,1]}', headers, "ack")).toEqual([200, { acks: { "0": true, "1": false } }]);
    expect(await post('{"acks":[0]}', { authorization: good }, "ack")).toEqual([
      400,
      { text: "ACK is disabled", code: 14 },
    ]);
  });

  it("is healthy without a token, which proves nothing about one", async () => {
    const health = async (headers = {}) => (await fetch(`${hec.url}/services/collector/health`, { headers })).json();
    expect(await health()).toEqual({ text: "HEC is healthy", code: 17 });
    expect(await health(withToken("9"))).toEqual({ text: "Invalid token", code: 21 });
    hec.setFault({ kind: "busy" });
    expect(await health()).toMatchObject({ code: 18 });
    hec.setFault({ kind: "busy", lyingHealth: true });
    expect(await health()).toMatchObject({ code: 17 });
    expect(await post(event("x"))).toEqual([503, { text: "Server is busy", code: 9 }]);
  });

  it("fails in the way and for the time requested, also over HTTP", async () => {
    const steer = (fault: unknown) =>
      fetch(`${hec.url}/__double/fault`, { method: "PUT", body: JSON.stringify(fault) });
    await steer({ kind: "throttle", retryAfterSeconds: 3, seconds: 60 });
    const response = await fetch(`${hec.url}/services/collector/event`, { method: "POST", body: event("x") });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
    await steer({ kind: "forbid", seconds: 0 });
    expect((await post(event("x")))[0]).toBe(200);
    hec.setFault({ kind: "refuse" });
    await expect(post(event("x"))).rejects.toThrow();
    await steer(null);
    const { length } = hec.search();
    hec.setFault({ kind: "lose" });
    expect((await post(event("x")))[0]).toBe(200);
    expect(hec.search()).toHaveLength(length);
  });

  it("manages tokens over HTTP without showing a value", async () => {
    const control = (method: string, path: string, body?: unknown) =>
      fetch(`${hec.url}/__double/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const value = "44444444-4444-4444-8444-444444444444";
    expect((await control("POST", "tokens", { name: "new", token: value })).status).toBe(201);
    expect((await post(event("x"), withToken("4")))[0]).toBe(200);
    await control("POST", "tokens/new/disable");
    expect(await post(event("x"), withToken("4"))).toEqual([403, { text: "Token disabled", code: 1 }]);
    expect(await (await control("GET", "tokens")).text()).not.toContain(value);
    await control("DELETE", "tokens/new");
    expect(await post(event("x"), withToken("4"))).toEqual([403, { text: "Invalid token", code: 4 }]);
  });
});
