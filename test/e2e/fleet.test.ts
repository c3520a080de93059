import {
  ApplicationAutoScalingClient,
  DescribeScalingActivitiesCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeServicesCommand, ECSClient, UpdateServiceCommand, waitUntilServicesStable } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { residentsOf } from "../stage/residents.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";
import { startTraffic } from "../stage/traffic.ts";
import { shakeHands } from "./fleet/tls.ts";

const map = mapOf({
  google_workspace: googleWorkspace(),
  notes: echo("notes"),
  issues: echo("issues", { environment: { WORKSPACE_EXTERNAL_URL: "{url}" } }),
  parked: echo("parked", { desiredCount: 0 }),
  busy: echo("busy", { sessions: "none", scaling: { min: 1, max: 3, on: "requests", target: 1_200 } }),
});

const service = { cluster: "local-mcp-cluster", service: "local-mcp-google-workspace" };
const services = { cluster: service.cluster, services: [service.service] };

let stage: FleetStage;
let ecs: ECSClient;
beforeAll(async () => {
  stage = await openStage(map);
  ecs = new ECSClient(stage.client);
  await stage.deploy(map);
});
afterAll(() => stage.close());

describe("the balancer of a deployed fleet", () => {
  it("[ALB-5] sends each host to its own service", async () => {
    for (const host of ["google", "notes", "issues"]) {
      const { service, headers } = await stage.echo(stage.url(host, "/mcp?a=1"));
      expect(service).toBe(host);
      expect(headers.host).toBe(stage.url(host).host);
    }
  });

  it("[ALB-7] answers a host that no service has with its own 404", async () => {
    const response = await stage.fetch(stage.url("nobody", "/mcp"));
    expect(response.status).toBe(404);
    expect(response.headers.get("server")).toBe("awselb/2.0");
    expect(await response.text()).toBe("No MCP server has this name.");
  });

  it("[ALB-3] redirects HTTP to HTTPS and keeps host, path and query", async () => {
    const response = await stage.fetch(stage.plainUrl("notes", "/a/b?c=d&e=%20f"), { redirect: "manual" });
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toBe(stage.url("notes", "/a/b?c=d&e=%20f").href);
  });

  it.for(["/oauth2/token", "/auth/callback?code=1"])(
    "[ALB-6] sends %s of every host without a login of its own to google_workspace",
    async (path) => {
      for (const host of ["google", "notes", "parked", "nobody"]) {
        const { service, url, headers } = await stage.echo(stage.url(host, path));
        expect([service, url, headers.host]).toEqual(["google", path, stage.url(host).host]);
      }
    },
  );

  it("[ALB-6] [MCP-3] leaves each host its own metadata, and a service with a login all its paths", async () => {
    const metadata = "/.well-known/oauth-authorization-server";
    for (const host of ["google", "notes", "issues"]) {
      expect((await stage.echo(stage.url(host, metadata))).service).toBe(host);
    }
    expect((await stage.fetch(stage.url("nobody", metadata))).status).toBe(404);
    expect((await stage.echo(stage.url("issues", "/oauth2/token"))).service).toBe("issues");
  });

  it("[ECS-10] answers 503 for a service with no tasks, whose other resources stay", async () => {
    const response = await stage.fetch(stage.url("parked", "/mcp"));
    expect(response.status).toBe(503);
    expect(response.headers.get("server")).toBe("awselb/2.0");
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
  });

  it("tells the target who asked, and how", async () => {
    const { headers } = await stage.echo(stage.url("notes"), { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(headers).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-port": stage.url("notes").port,
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
  });

  it("streams server-sent events as they come", async () => {
    const response = await stage.fetch(stage.url("notes", "/events"));
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const events = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    // The service writes the second event only when asked, after the first is here: nothing holds events back.
    expect((await events.read()).value).toBe("data: first\n\n");
    await stage.fetch(stage.url("notes", "/events/next"));
    expect((await events.read()).value).toBe("data: second\n\n");
    expect((await events.read()).done).toBe(true);
  });

  it("[ALB-2] [DNS-2] speaks TLS 1.2 and 1.3 with one certificate for every host", async () => {
    const shown = await Promise.all(["google", "issues", "not-deployed-yet"].map((host) => shakeHands(stage, host)));
    expect(new Set(shown.map(({ certificate }) => certificate.fingerprint256)).size).toBe(1);
    for (const { certificate, protocol } of shown) {
      expect(certificate.subjectAltName?.split(", ")).toEqual(
        expect.arrayContaining(["DNS:mcp.localhost", "DNS:*.mcp.localhost"]),
      );
      expect(protocol).toBe("TLSv1.3");
    }
    expect((await shakeHands(stage, "google", "TLSv1.2")).protocol).toBe("TLSv1.2");
    await expect(shakeHands(stage, "google", "TLSv1.1")).rejects.toThrow();
  });

  it("[ECS-10] runs a process for each task and for Redis, and none for a service at 0", needs("/proc"), async () => {
    const commands = (await residentsOf(stage.project.folder)).map(({ command }) => command);
    const echoes = commands
      .filter((command) => command.includes("echo.ts"))
      .map((command) => command.split(" ").at(-1));
    expect(echoes.toSorted()).toEqual(["busy", "google", "issues", "notes"]);
  });
});

/** The service writes a line to its log. */
function say(line: string): Promise<unknown> {
  return stage.fetch(stage.url("google", "/log"), { method: "POST", body: line });
}

/** Until the old tasks are gone, which the SDK's waiter learns from the deployments. */
async function awaitRollout(): Promise<void> {
  await waitUntilServicesStable({ client: ecs, maxWaitTime: 60, minDelay: 0.25, maxDelay: 0.25 }, services);
}

describe("the runbook, through the SDK", () => {
  it("[RUN-1] finds the target group by its name, and the health of its targets", async () => {
    const elbv2 = new ElasticLoadBalancingV2Client(stage.client);
    const Names = ["local-mcp-google-workspace-tg"];
    const { TargetGroups = [] } = await elbv2.send(new DescribeTargetGroupsCommand({ Names }));
    expect(TargetGroups).toHaveLength(1);
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
    const { TargetHealthDescriptions } = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    expect(TargetHealthDescriptions).toMatchObject([{ TargetHealth: { State: "healthy" } }]);
  });

  it("[RUN-2] [RUN-3] [ECS-8] rolls a service on demand, and no request fails meanwhile", async () => {
    const before = (await stage.echo(stage.url("google"))).pid;
    const traffic = startTraffic(stage, "google", 50);
    await ecs.send(new UpdateServiceCommand({ ...service, forceNewDeployment: true }));
    const during = await ecs.send(new DescribeServicesCommand(services));
    expect(during.services?.[0]?.deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", rolloutState: "COMPLETED", runningCount: 1 },
    ]);
    await awaitRollout();
    const after = (await stage.echo(stage.url("google"))).pid;
    const { sent, failures, pids } = await traffic.stop();

    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(5);
    expect(pids).toEqual([before, after]);
    const { services: [settled] = [] } = await ecs.send(new DescribeServicesCommand(services));
    expect(settled?.deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "COMPLETED", desiredCount: 1, runningCount: 1, failedTasks: 0 },
    ]);
    expect(settled?.events?.[0]?.message).toMatch(/has reached a steady state\.$/);
  });

  it("[RUN-2] leaves no process of the old task", needs("/proc"), async () => {
    const { pid } = await stage.echo(stage.url("google"));
    await vi.waitFor(async () => {
      const residents = await residentsOf(stage.project.folder);
      const tasks = residents.filter(({ command }) => command.endsWith("echo.ts google"));
      expect(tasks.map((task) => task.pid)).toEqual([pid]);
    });
  });

  it("[RUN-5] [ECS-2] finds what a task logged in the log group of its service", async () => {
    const logs = new CloudWatchLogsClient(stage.client);
    const startTime = Date.now() - 15 * 60_000;
    await say("HEC answered 401: the token is wrong");
    await say("nothing to see");
    const found = await vi.waitFor(async () => {
      const request = { logGroupName: "/ecs/local/mcp/google_workspace", startTime, filterPattern: "HEC" };
      const { events = [] } = await logs.send(new FilterLogEventsCommand(request));
      expect(events).toHaveLength(1);
      return events[0];
    });
    expect(found?.message).toBe("HEC answered 401: the token is wrong");
    expect(found?.logStreamName).toMatch(/\/google_workspace\/[0-9a-f]{32}$/);
  });

  it("[RUN-6] writes a secret's value and reads it back", async () => {
    const secrets = new SecretsManagerClient(stage.client);
    const SecretId = "/local/mcp/google-oauth";
    const SecretString = JSON.stringify({ GOOGLE_OAUTH_CLIENT_ID: "an-id", GOOGLE_OAUTH_CLIENT_SECRET: "a-secret" });
    const { VersionId } = await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
    expect(await secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({ SecretString, VersionId });
  });
});

describe("a service that is scaled", () => {
  const busy = { cluster: service.cluster, services: ["local-mcp-busy"] };
  const scalable = {
    ServiceNamespace: "ecs",
    ResourceId: "service/local-mcp-cluster/local-mcp-busy",
    ScalableDimension: "ecs:service:DesiredCount",
  } as const;
  const counts = async () => {
    const { services: [found] = [] } = await ecs.send(new DescribeServicesCommand(busy));
    return [found?.desiredCount, found?.runningCount];
  };

  it("[REL-4] gets tasks as it gets requests, keeps them through a deploy, and loses none when they go", async () => {
    expect(await counts()).toEqual([1, 1]);
    const scaling = new ApplicationAutoScalingClient(stage.client);
    const began = Date.now();
    const traffic = startTraffic(stage, "busy", 50);
    // Three periods of ten seconds above the target, and the start of two tasks.
    await vi.waitFor(async () => expect(await counts()).toEqual([3, 3]), { timeout: 90_000, interval: 500 });
    const { ScalingActivities = [] } = await scaling.send(new DescribeScalingActivitiesCommand(scalable));
    // On a machine that is slow to send requests, by way of two.
    expect(ScalingActivities[0]).toMatchObject({
      Description: "Setting desired count to 3.",
      StatusCode: "Successful",
    });
    expect(Number(ScalingActivities.at(-1)?.StartTime) - began).toBeLessThan(60_000);

    const entry = map.services.busy ?? expect.fail();
    await stage.deploy({ ...map, services: { ...map.services, busy: { ...entry, environment: { RELEASE: "2" } } } });
    expect(await counts()).toEqual([3, 3]);

    await scaling.send(new RegisterScalableTargetCommand({ ...scalable, MinCapacity: 1, MaxCapacity: 1 }));
    await vi.waitFor(async () => expect(await counts()).toEqual([1, 1]), { timeout: 60_000, interval: 500 });
    const { sent, failures, pids } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(200);
    expect(pids.length).toBeGreaterThanOrEqual(4);
    const { out } = await operatorOf(stage, map)(["history", "busy", "--json"]);
    const scalings = JSON.parse(out).filter(({ kind }: { kind: string }) => kind === "scaling");
    const [down, up, ...before] = scalings.map(({ text }: { text: string }) => text);
    expect(down).toMatch(/^scaled to 1: maximum capacity was set to 1/);
    expect(up).toBe("scaled to 3: its load, by policy local-mcp-busy-requests");
    expect(before).toHaveLength(ScalingActivities.length - 1);
    scaling.destroy();
  });
});

describe("the end of a fleet", () => {
  it("leaves no process behind when it ends", needs("/proc"), async () => {
    expect(await stage.close()).toEqual([]);
  });
});
