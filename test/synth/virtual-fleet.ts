import { createCloudWatch } from "@mcp-fleet/endpoint/services/cloudwatch";
import * as v from "valibot";
import { isWaking } from "#fleet/waking.ts";
import type { Template } from "./template.ts";

/** One request as the balancer sees it, in milliseconds from the beginning. */
export interface Request {
  readonly at: number;
  readonly failed: boolean;
  /** How long it waited. */
  readonly seconds: number;
}

/** A change of state that the topic was told. */
export interface Told {
  /** Milliseconds from the beginning. */
  readonly at: number;
  readonly alarm: string;
  readonly state: string;
  readonly wakes: boolean;
}

export interface Life {
  readonly minutes: number;
  /** In order of time. */
  readonly requests: Iterable<Request>;
  /** Whether its one task passes the health check in a minute. Default: always. */
  readonly healthy?: (minute: number) => boolean;
  /** Whether the probe gets through to it in a minute. Default: nobody asks. */
  readonly up?: (minute: number) => boolean;
}

type Sink = ReturnType<typeof createCloudWatch>["metrics"];

const start = Date.UTC(2026, 10, 23);
const minuteMs = 60_000;
const place = { region: "us-east-1", account: "000000000000", endpointUrl: "http://127.0.0.1" };
const dimensions = { TargetGroup: "the-target-group", LoadBalancer: "the-balancer" };

/**
 * Some time of a fleet with one service, as it passes for the alarms of its templates: the endpoint's CloudWatch
 * evaluates them, and its clock makes the requests.
 */
export async function liveThrough(templates: readonly Template[], life: Life): Promise<readonly Told[]> {
  const told: Told[] = [];
  const [deployed, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const clock = createClock(life, (report) => report(metrics), deployed.promise, over.resolve);
  const { service, metrics, stop } = createCloudWatch({
    place,
    clock,
    bus: { put: () => undefined },
    topics: {
      async publish(_topic: string, { body }: { readonly body: string }) {
        const { AlarmName: alarm, NewStateValue: state, AlarmDescription } = v.parse(Published, JSON.parse(body));
        told.push({ at: clock.now() - start, alarm, state, wakes: isWaking(AlarmDescription) === true });
      },
    },
    functions: { enqueue: () => undefined },
    log: (line: string) => over.reject(new Error(line)),
  });
  for (const type of ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]) {
    const resources = templates.flatMap((template) => template.all(type));
    for (const { id: logicalId, Properties } of resources) {
      const context = { ...place, stackName: "s", stackId: "s", stackTags: {}, signal: new AbortController().signal };
      await service.resources?.[type]?.create(resolved(Properties), { ...context, logicalId });
    }
  }
  deployed.resolve();
  await over.promise;
  await stop();
  return told;
}

const Published = v.object({ AlarmName: v.string(), NewStateValue: v.string(), AlarmDescription: v.string() });

/** Time passes while the evaluation sleeps. */
function createClock(
  { minutes, requests, healthy = () => true, up }: Life,
  report: (what: (metrics: Sink) => void) => void,
  deployed: Promise<void>,
  onEnd: () => void,
) {
  const coming = requests[Symbol.iterator]();
  let next = coming.next();
  let now = start;
  return {
    now: () => now,
    async sleep(ms: number, signal?: AbortSignal) {
      await deployed;
      const elapsed = (now + ms - start) / minuteMs;
      if (elapsed > minutes) {
        onEnd();
        return untilAborted(signal);
      }
      now += ms;
      for (; !next.done && start + next.value.at < now; next = coming.next()) {
        const request = next.value;
        report((metrics) => reportRequest(metrics, request));
      }
      if (!Number.isInteger(elapsed)) return;
      report((metrics) => reportHosts(metrics, now - 1, healthy(elapsed - 1)));
      if (up !== undefined) report((metrics) => reportProbe(metrics, now - 1, up(elapsed - 1)));
    },
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

/** What other stacks would give: the balancer, the target group, and a topic. */
function resolved(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return v.parse(
    Properties,
    JSON.parse(JSON.stringify(properties), (_key, value: unknown) =>
      v.is(Import, value) ? imported(JSON.stringify(value)) : value,
    ),
  );
}

const Properties = v.record(v.string(), v.unknown());
const Import = v.union([v.object({ "Fn::ImportValue": v.unknown() }), v.object({ "Fn::GetAtt": v.unknown() })]);

function imported(name: string): string {
  if (name.includes("TargetGroup")) return dimensions.TargetGroup;
  return name.includes("LoadBalancer") ? dimensions.LoadBalancer : "arn:aws:sns:us-east-1:000000000000:MCPAlerts";
}

function reportRequest(metrics: Sink, { at, failed, seconds }: Request): void {
  const put = (metric: string, value: number) =>
    metrics.put({ namespace: "AWS/ApplicationELB", metric, dimensions, value, at: start + at });
  put("RequestCount", 1);
  put("TargetResponseTime", seconds);
  if (failed) put("HTTPCode_Target_5XX_Count", 1);
}

function reportHosts(metrics: Sink, at: number, healthy: boolean): void {
  const put = (metric: string, value: number) =>
    metrics.put({ namespace: "AWS/ApplicationELB", metric, dimensions, value, at });
  put("HealthyHostCount", healthy ? 1 : 0);
  put("UnHealthyHostCount", healthy ? 0 : 1);
}

function reportProbe(metrics: Sink, at: number, up: boolean): void {
  const dimensions = { stage: "prod", "mcp-service": "google_workspace" };
  metrics.put({ namespace: "MCPFleet", metric: "Up", dimensions, value: up ? 1 : 0, at });
}
