import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileWildcard } from "#local/services/elbv2/balancer/pattern.ts";
import { redirectLocation } from "#local/services/elbv2/balancer/redirect.ts";

/** The same meaning by a regular expression, as a second opinion. */
const byExpression = (pattern: string) =>
  new RegExp(
    `^${[...pattern].map((symbol) => (symbol === "*" ? ".*" : symbol === "?" ? "." : `\\${symbol}`)).join("")}$`,
    "s",
  );

describe("wildcards", () => {
  it("mean the same as the regular expression they stand for", () => {
    const symbols = fc.constantFrom(".", "/", "-", "*", "?");
    fc.assert(
      fc.property(
        fc.string({ unit: symbols, maxLength: 8 }),
        fc.string({ unit: symbols, maxLength: 12 }),
        (pattern, value) => {
          expect(compileWildcard(pattern)(value)).toBe(byExpression(pattern).test(value));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("stay fast on a value made to be slow", () => {
    const started = performance.now();
    expect(compileWildcard("*a*a*a*a*b")("a".repeat(50_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("redirects", () => {
  const request = {
    method: "GET",
    host: "google.mcp.localhost",
    path: "/a/b",
    query: "c=d",
    headers: {},
    clientAddress: "127.0.0.1",
  };
  const action = {
    type: "redirect",
    status: 302,
    protocol: "HTTPS",
    host: "x.#{host}",
    port: "443",
    path: "/p/#{path}",
    query: "q=1&#{query}",
  } as const;

  it("fill in what the action refers to, and the local port for the one the template names", () => {
    const location = redirectLocation(action, request, { protocol: "HTTP", port: 8080 }, (port) =>
      port === 443 ? 8443 : undefined,
    );
    expect(location).toBe("https://x.google.mcp.localhost:8443/p/a/b?q=1&c=d");
  });

  it("leave a port alone on which this balancer does not listen", () => {
    const location = redirectLocation(
      { ...action, port: "9443" },
      request,
      { protocol: "HTTP", port: 8080 },
      () => undefined,
    );
    expect(location).toContain(":9443/");
    const same = redirectLocation(
      { ...action, protocol: "#{protocol}", port: "#{port}" },
      request,
      { protocol: "HTTP", port: 8080 },
      () => 1,
    );
    expect(same).toMatch(/^http:\/\/x\.google\.mcp\.localhost:8080/);
  });
});
