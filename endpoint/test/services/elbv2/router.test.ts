import { describe, expect, it } from "vitest";
import { redirectLocation } from "#endpoint/services/elbv2/balancer/redirect.ts";

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
