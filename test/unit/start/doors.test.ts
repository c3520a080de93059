import type { IncomingHttpHeaders } from "node:http";
import { refusalOf } from "@mcp-fleet/loopback/door.mjs";
import { describe, expect, it } from "vitest";
import { doorRules } from "#start/doors/door.ts";
import { resolvesHere } from "#start/doors/resolver.ts";

const host = "127.0.0.1:24000";
const refused = (method: string, headers: IncomingHttpHeaders) =>
  refusalOf({ method, url: "/login", headers, socket: { localPort: 24_000 } }, doorRules);
const navigation = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

describe("who may use a service's address by port", () => {
  it.each([
    ["a program", "POST", { host }],
    ["a program that says localhost", "POST", { host: "localhost:24000" }],
    ["its own page", "POST", { host, origin: `https://${host}`, "sec-fetch-site": "same-origin" }],
    ["a program that asks for a token", "POST", { host, "content-type": "application/x-www-form-urlencoded" }],
    ["a fetch of its own page", "GET", { host, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }],
    ["a person who types the address", "GET", { host, "sec-fetch-site": "none" }],
    ["a person who comes back from a login", "GET", { host, ...navigation }],
  ])("%s", (_, method, headers) => {
    expect(refused(method, headers)).toBeUndefined();
  });

  it.each([
    ["a rebound name", "POST", { host: "evil.example:24000" }],
    ["another port's name", "POST", { host: "127.0.0.1:24001" }],
    ["no name", "GET", {}],
    ["a page of another site", "POST", { host, origin: "https://evil.example" }],
    ["a page of another port", "POST", { host, origin: "https://127.0.0.1:24001" }],
    ["a page without an origin", "POST", { host, origin: "null" }],
    ["a page's image", "GET", { host, ...navigation, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
    ["a page's frame", "GET", { host, ...navigation, "sec-fetch-dest": "iframe" }],
    ["a page's form", "POST", { host, ...navigation }],
  ])("not %s", (_, method, headers) => {
    expect(refused(method, headers)).toBeTypeOf("string");
  });
});

it("a name resolves here only if it is this machine's", async () => {
  expect(await resolvesHere("localhost")).toBe(true);
  expect(await resolvesHere("no-such-name.invalid")).toBe(false);
});
