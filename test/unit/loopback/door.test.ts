import { cameDirectly, type DoorRules, refusalOf } from "@mcp-fleet/loopback/door.mjs";
import { describe, expect, it } from "vitest";

const socket = { localPort: 4577 };
const own = { host: "127.0.0.1:4577" };
const refused = (request: object, rules?: DoorRules) =>
  refusalOf({ method: "GET", url: "/", socket, headers: own, ...request }, rules);

describe("who may use a port on loopback", () => {
  it.each([
    ["a program", {}],
    ["a program that says localhost", { headers: { host: "LOCALHOST:4577" } }],
    ["Node's fetch", { headers: { ...own, "sec-fetch-mode": "cors" } }],
    [
      "an address typed into a browser",
      { headers: { ...own, "sec-fetch-site": "none", "sec-fetch-mode": "navigate" } },
    ],
    ["a client that posts JSON", { method: "POST", headers: { ...own, "content-type": "application/json" } }],
    [
      "a signed form",
      {
        method: "POST",
        headers: { ...own, "content-type": "application/x-www-form-urlencoded", authorization: "AWS4" },
      },
    ],
    ["a file that is put", { method: "PUT", headers: { ...own, "content-type": "text/plain" } }],
  ])("lets %s in", (_, request) => {
    expect(refused(request)).toBeUndefined();
  });

  it.each([
    ["another name (DNS rebinding)", { headers: { host: "evil.example:4577" } }],
    ["a name that begins as ours", { headers: { host: "127.0.0.1.evil.example:4577" } }],
    ["another port of this machine", { headers: { host: "127.0.0.1:4578" } }],
    ["a name without a port", { headers: { host: "127.0.0.1" } }],
    ["no name", { headers: {} }],
    ["a foreign origin", { headers: { ...own, origin: "https://evil.example" } }],
    ["an origin that says nothing", { headers: { ...own, origin: "null" } }],
    ["another page of this machine", { headers: { ...own, origin: "http://127.0.0.1:3000" } }],
    ["its own origin, where it has no pages", { headers: { ...own, origin: "http://127.0.0.1:4577" } }],
    ["another site", { headers: { ...own, "sec-fetch-site": "cross-site" } }],
    ["another port's page", { headers: { ...own, "sec-fetch-site": "same-site" } }],
    ["a site of a kind yet to come", { headers: { ...own, "sec-fetch-site": "other" } }],
  ])("refuses %s", (_, request) => {
    expect(refused(request)).toEqual(expect.any(String));
  });

  it.each(["application/x-www-form-urlencoded", "text/plain;charset=UTF-8", "Multipart/form-data; boundary=x"])(
    "refuses a form as %s",
    (type) => {
      expect(refused({ method: "POST", headers: { ...own, "content-type": type } })).toMatch(
        /what a web page can send/,
      );
    },
  );

  it("lets the pages of a server send it requests, and nobody frame them", () => {
    const asks = (headers: object) => refused({ headers: { ...own, ...headers } }, { pages: true });
    expect(asks({ origin: "http://127.0.0.1:4577", "sec-fetch-site": "same-origin" })).toBeUndefined();
    expect(asks({ "sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe" })).toMatch(/Another site/);
    expect(asks({ origin: "https://127.0.0.1:4577" })).toMatch(/may not ask/);
  });

  it("lets another site link the browser to a login page, and do nothing else with it", () => {
    const rules = { pages: true, navigations: ["/authorize"], forms: ["/authorize"] };
    const cross = { ...own, "sec-fetch-site": "cross-site" };
    const opened = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const login = (headers: object, method = "GET", url = "/authorize?client_id=x") =>
      refused({ method, url, headers: { ...cross, ...headers } }, rules);
    expect(login(opened)).toBeUndefined();
    expect(login({ "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" })).toMatch(/frame/);
    expect(login({ "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" })).toMatch(/fetch/);
    expect(login({ ...opened, origin: "https://evil.example" }, "POST")).toMatch(/may not ask/);
    expect(login(opened, "GET", "/v1/userinfo")).toMatch(/Another site/);
    const chosen = { "content-type": "application/x-www-form-urlencoded", origin: "http://127.0.0.1:4577" };
    expect(login({ ...opened, ...chosen, "sec-fetch-site": "same-origin" }, "POST")).toBeUndefined();
  });

  it("distinguishes a request that names this port from one that came through the balancer", () => {
    const direct = (host: string) => cameDirectly({ headers: { host }, socket });
    expect(direct("evil.example:4577")).toBe(true);
    expect(direct("wiki.mcp.localhost:8443")).toBe(false);
    expect(direct("wiki.mcp.example.com")).toBe(false);
    expect(cameDirectly({ headers: {}, socket })).toBe(true);
  });
});
