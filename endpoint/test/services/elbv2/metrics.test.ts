import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  addGroup,
  addRule,
  ask,
  type Cloud,
  type Fleet,
  hostIs,
  openCloud,
  openFleet,
  reaches,
  registerHealthy,
} from "./cloud.ts";
import { openOrigin } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
});
afterAll(() => cloud.close());

const dimension = (arn: string, kind: string) => arn.slice(arn.indexOf(kind));

describe("what the balancer reports", () => {
  it("[ALB-9] counts, times and host counts under the names and dimensions of AWS/ApplicationELB", async () => {
    const origin = await openOrigin((request, response) =>
      response.writeHead(request.url === "/bad" ? 500 : 200).end(),
    );
    const group = await addGroup(cloud, "tg-measured");
    await addRule(cloud, fleet.https, 1, [hostIs("measured.mcp.localhost")], group);
    await registerHealthy(cloud, group, origin.target);
    const at = (path: string) => `https://measured.mcp.localhost:${fleet.httpsPort}${path}`;
    await ask(cloud, at("/"));
    await ask(cloud, at("/bad"));
    const unhealthy = reaches(cloud, group, origin.target, "unhealthy");
    await origin.close();
    expect((await ask(cloud, at("/"))).status).toBe(502);
    await unhealthy;
    await cloud.elbv2.publishMetrics();

    const LoadBalancer = dimension(fleet.balancer, "app/");
    const TargetGroup = dimension(group, "targetgroup/");
    const sum = (metric: string, dimensions: Record<string, string>) =>
      cloud.data
        .filter((datum) => datum.namespace === "AWS/ApplicationELB" && datum.metric === metric)
        .filter(
          (datum) =>
            JSON.stringify(Object.entries(datum.dimensions).sort()) ===
            JSON.stringify(Object.entries(dimensions).sort()),
        )
        .map((datum) => datum.value);
    const total = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);
    const both = { LoadBalancer, TargetGroup };
    expect(total(sum("RequestCount", both))).toBe(3);
    expect(total(sum("RequestCount", { LoadBalancer }))).toBe(3);
    expect(total(sum("HTTPCode_Target_2XX_Count", both))).toBe(1);
    expect(total(sum("HTTPCode_Target_5XX_Count", both))).toBe(1);
    expect(total(sum("HTTPCode_Target_5XX_Count", { LoadBalancer }))).toBe(1);
    expect(total(sum("HTTPCode_ELB_5XX_Count", { LoadBalancer }))).toBe(1);
    expect(total(sum("HTTPCode_ELB_502_Count", { LoadBalancer }))).toBe(1);
    expect(total(sum("TargetConnectionErrorCount", both))).toBe(1);
    const times = sum("TargetResponseTime", both);
    expect(times).toHaveLength(2);
    for (const seconds of times) expect(seconds).toBeGreaterThan(0);
    for (const seconds of times) expect(seconds).toBeLessThan(5);
    expect(sum("HealthyHostCount", both)).toContain(1);
    expect(sum("HealthyHostCount", both).at(-1)).toBe(0);
    expect(sum("UnHealthyHostCount", both).at(-1)).toBe(1);
  });

  it("reports each request to its watchers, without the query string", async () => {
    const seen: unknown[] = [];
    const reported = Promise.withResolvers<void>();
    const unsubscribe = cloud.elbv2.onRequest((report) => {
      seen.push(report);
      reported.resolve();
    });
    await ask(cloud, `https://nobody.mcp.localhost:${fleet.httpsPort}/oauth?code=secret`);
    await reported.promise;
    unsubscribe();
    await ask(cloud, `https://nobody.mcp.localhost:${fleet.httpsPort}/`);
    expect(seen).toEqual([
      {
        host: `nobody.mcp.localhost:${fleet.httpsPort}`,
        method: "GET",
        path: "/oauth",
        status: 404,
        duration: expect.any(Number),
        target: undefined,
        rpc: undefined,
      },
    ]);
  });

  it("[OPS-2] says which method and tool an MCP client asked for, and passes the body on as it was", async () => {
    const bodies: string[] = [];
    const origin = await openOrigin(async (request, response) => {
      bodies.push(await text(request));
      response.writeHead(200).end();
    });
    const group = await addGroup(cloud, "tg-overheard");
    await addRule(cloud, fleet.https, 2, [hostIs("overheard.mcp.localhost")], group);
    await registerHealthy(cloud, group, origin.target);
    const url = `https://overheard.mcp.localhost:${fleet.httpsPort}/mcp`;
    const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "search" } });
    const sent = [call, '{"jsonrpc":"2.0","method":"notifications/initialized"}', '{"method":', "grant_type=x"];
    const seen: unknown[] = [];
    const unsubscribe = cloud.elbv2.onRequest(({ path, rpc }) => {
      if (path === "/mcp") seen.push(rpc);
    });
    for (const body of sent) await ask(cloud, url, { method: "POST", body });
    await vi.waitFor(() => expect(seen).toHaveLength(4), 30_000);
    unsubscribe();
    expect(seen).toEqual([
      { method: "tools/call", name: "search" },
      { method: "notifications/initialized" },
      undefined,
      undefined,
    ]);
    expect(bodies.filter((body) => body !== "")).toEqual(sent);
    await origin.close();
  });
});
