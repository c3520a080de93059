import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterProbe, type Health, unchecked } from "#endpoint/services/elbv2/balancer/health.ts";
import { HealthWatch } from "#endpoint/services/elbv2/balancer/health-watch.ts";
import type { ProbeResult } from "#endpoint/services/elbv2/balancer/probe.ts";
import { compileStatusCodes } from "#endpoint/services/elbv2/balancer/status-codes.ts";
import type { HealthCheckSettings } from "#endpoint/services/elbv2/model.ts";
import { TurnedClock } from "../serve.ts";
import { openOrigin } from "./origin.ts";

const settings: HealthCheckSettings = {
  protocol: "HTTP",
  port: "traffic-port",
  path: "/check",
  interval: 30_000,
  timeout: 5_000,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
  matcher: "200,202-204",
};
const ok: ProbeResult = { kind: "answered", status: 200 };
const wrong: ProbeResult = { kind: "answered", status: 500 };

const healthAfter = (...results: readonly ProbeResult[]): Health =>
  results.reduce((health, result) => afterProbe(health, result, settings), unchecked);

describe("target health", () => {
  it("a new target is healthy after one success, an unhealthy one after the healthy threshold", () => {
    expect(healthAfter(ok).status).toEqual({ state: "healthy" });
    expect(healthAfter(wrong, wrong, ok, ok).status.state).toBe("unhealthy");
    expect(healthAfter(wrong, wrong, ok, ok, ok).status.state).toBe("healthy");
  });

  it("a healthy target is unhealthy after as many failures in a row as the threshold says, with the last one's reason", () => {
    expect(healthAfter(ok, wrong).status.state).toBe("healthy");
    expect(healthAfter(ok, wrong, ok, wrong).status.state).toBe("healthy");
    expect(healthAfter(ok, wrong, { kind: "timed-out" }).status).toMatchObject({ reason: "Target.Timeout" });
    expect(healthAfter(ok, wrong, { kind: "failed" }).status).toMatchObject({ reason: "Target.FailedHealthChecks" });
    expect(healthAfter(ok, wrong, wrong).status).toEqual({
      state: "unhealthy",
      reason: "Target.ResponseCodeMismatch",
      description: "Health checks failed with these codes: [500]",
    });
  });

  it("whatever came before, a run of successes heals and a run of failures does not leave it healthy", () => {
    const result = fc.constantFrom<ProbeResult>(ok, wrong, { kind: "timed-out" }, { kind: "failed" });
    fc.assert(
      fc.property(fc.array(result), (history) => {
        expect(healthAfter(...history, ok, ok, ok).status.state).toBe("healthy");
        expect(healthAfter(...history, wrong, wrong).status.state).toBe("unhealthy");
      }),
    );
  });

  it("accepts the codes of the matcher", () => {
    const accepts = compileStatusCodes(settings.matcher);
    expect([200, 201, 202, 203, 204, 205].filter(accepts)).toEqual([200, 202, 203, 204]);
  });

  it("[ALB-4] checks the health path quickly until the first success, then at the interval", async () => {
    const clock = new TurnedClock(0);
    const seen: { readonly url: string | undefined; readonly agent: string | undefined }[] = [];
    const origin = await openOrigin((request, response) => {
      seen.push({ url: request.url, agent: request.headers["user-agent"] });
      response.writeHead(seen.length < 3 ? 500 : 200).end();
    });
    const healthy = Promise.withResolvers<void>();
    const watch = new HealthWatch(
      origin.target,
      () => settings,
      clock,
      (status) => {
        if (status.state === "healthy") healthy.resolve();
      },
    );
    const running = watch.run();
    const untilSeen = async (times: number, step: number) => {
      while (seen.length < times) {
        clock.turn(step);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await untilSeen(3, 1);
    await healthy.promise;
    expect(clock.now()).toBeLessThan(settings.interval);
    const healthySince = clock.now();
    await untilSeen(4, 100);
    expect(clock.now() - healthySince).toBeGreaterThanOrEqual(settings.interval);
    expect(seen[3]).toEqual({ url: "/check", agent: "ELB-HealthChecker/2.0" });
    watch.stop();
    await running;
    await origin.close();
  });
});
