import { describe, expect, it } from "vitest";
import type { AlarmFacts } from "#cli/alarms/read.ts";
import { judgeChatAlarms, judgeMail, judgeSubscribers } from "#cli/doctor/checks/alarm-road.ts";
import { judgeThresholds } from "#cli/doctor/checks/alarm-thresholds.ts";
import { judgeMuted } from "#cli/doctor/checks/alarms.ts";
import { judgeCertificates } from "#cli/doctor/checks/certificate.ts";
import { deployments } from "#cli/doctor/checks/deployments.ts";
import { judgeBalancer, judgeTarget } from "#cli/doctor/checks/idle-connections.ts";
import { images } from "#cli/doctor/checks/images.ts";
import { checks } from "#cli/doctor/checks/index.ts";
import { compareNameServers } from "#cli/doctor/checks/name-servers.ts";
import { judgeMetadata } from "#cli/doctor/checks/oauth-metadata.ts";
import { judgePending } from "#cli/doctor/checks/pending-labels.ts";
import { judgeOpen } from "#cli/doctor/checks/placeholders.ts";
import { judgeRotation } from "#cli/doctor/checks/rotation.ts";
import { secretVersions } from "#cli/doctor/checks/secret-versions.ts";
import { judgeTls } from "#cli/doctor/checks/sessions.ts";
import { targets } from "#cli/doctor/checks/targets.ts";
import { examine, exitCodeOf } from "#cli/doctor/examine.ts";
import { checkIds } from "#cli/doctor/ids.ts";
import { differencesOf } from "#cli/status/deployed.ts";
import type { ServiceFacts } from "#cli/status/facts.ts";
import { deployment, examinationOf, healthy, plan, task, workspace } from "./examination.ts";

const day = 86_400_000;
const ofFacts = [targets, deployments, images, secretVersions];

async function found(facts: ServiceFacts) {
  const elsewhere = { ...facts, plan: { ...facts.plan, image: "docker.io/mcp/workspace:latest" } };
  const results = await examine(ofFacts, examinationOf(elsewhere));
  return results.filter(({ verdict }) => verdict !== "ok").map(({ id, verdict }) => `${verdict} ${id}`);
}

it("has the checks that its help names", () => {
  expect(checks.map(({ id }) => id)).toEqual(checkIds);
});

describe("what tasks, targets and deployments show", () => {
  it("is nothing in a healthy fleet", async () => {
    expect(await found(healthy)).toEqual([]);
  });

  it("says of how many services no balancer was asked", async () => {
    const [result] = await examine([targets], examinationOf({ ...healthy, targets: undefined }));
    expect(result).toEqual({
      ...{ id: "targets", verdict: "ok" },
      evidence: "As many tasks as the map wants; 1 of 1 services by ECS and their alarms alone.",
    });
  });

  const unhealthy = { id: "10.0.0.1:8000", state: "unhealthy", reason: "Health checks failed" };
  const broken: readonly (readonly [string, ServiceFacts])[] = [
    ["failure targets", { ...healthy, targets: [unhealthy] }],
    ["failure targets", { ...healthy, service: undefined }],
    [
      "failure deployments",
      { ...healthy, service: { ...healthy.service, deployments: [{ ...deployment, state: "FAILED" }] } },
    ],
    [
      "warning deployments",
      {
        ...healthy,
        service: { ...healthy.service, deployments: [{ ...deployment, state: "IN_PROGRESS", failed: 2 }] },
      },
    ],
    ["warning images", { ...healthy, tasks: [task, { ...task, imageDigest: "sha256:b" }] }],
    [
      "failure secret-versions",
      {
        ...healthy,
        secrets: [
          {
            key: "splunk",
            name: "/prod/mcp/splunk",
            versions: [{ id: "v2", labels: ["AWSCURRENT"], createdAt: Date.now() }],
            lastRotatedAt: undefined,
            lastChangedAt: undefined,
          },
        ],
      },
    ],
  ];
  it.each(broken)("is %s if the fleet is broken in that way, and nothing else", async (finding, facts) => {
    expect(await found(facts)).toEqual([finding]);
  });
});

describe("idle connections", () => {
  it("[AWS-1] are kept as the map says, and no request is lost to one", () => {
    expect(judgeBalancer(plan, "prod-mcp-alb", { seconds: 300, lost: 0 })).toEqual([]);
    expect(judgeBalancer(plan, "prod-mcp-alb", { seconds: 60, lost: 3 })).toMatchObject([
      { verdict: "warning", evidence: expect.stringContaining("for 60 s, and the map says 300 s") },
      { verdict: "warning", evidence: expect.stringContaining("3 requests with a 502") },
    ]);
  });

  it("[AWS-1] end at the balancer first, where a task says how long it keeps them", () => {
    for (const patient of ["timeout=305", ""]) expect(judgeTarget("slack", patient, 300)).toEqual([]);
    for (const hasty of ["timeout=5", "timeout=300, max=10"])
      expect(judgeTarget("slack", hasty, 300)).toMatchObject([{ verdict: "warning" }]);
  });
});

describe("name servers", () => {
  const own = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"];

  it("[DNS-1] are those of the zone, in any order and case", () => {
    expect(compareNameServers("example.com", own, ["NS-2.awsdns-02.net.", "ns-1.awsdns-01.com"])).toEqual([]);
  });

  it("[DNS-1] are reported when the registrar has others or none, with those to set", () => {
    const remedy = expect.stringContaining(own.join(", "));
    expect(compareNameServers("example.com", own, ["ns1.registrar.example"])).toMatchObject([
      { verdict: "failure", remedy },
    ]);
    expect(compareNameServers("example.com", own, "ENOTFOUND")).toMatchObject([{ verdict: "failure", remedy }]);
  });
});

describe("the certificate", () => {
  const now = Date.now();
  const certificate = {
    DomainName: plan.serviceDomain,
    Status: "ISSUED",
    InUse: true,
    NotAfter: new Date(now + 90 * day),
  } as const;

  it("passes when issued, even beside an old one", () => {
    const old = { ...certificate, InUse: false, Status: "EXPIRED" } as const;
    expect(judgeCertificates(plan, [old, certificate], now)).toEqual([]);
  });

  it.each([
    ["missing", []],
    ["pending", [{ ...certificate, Status: "PENDING_VALIDATION" } as const]],
    ["about to expire", [{ ...certificate, NotAfter: new Date(now + day) }]],
  ])("is a failure when %s", (_what, certificates) => {
    expect(judgeCertificates(plan, certificates, now)).toMatchObject([{ verdict: "failure" }]);
  });
});

describe("rotation", () => {
  const now = Date.now();
  const splunk = plan.secrets.find(({ key }) => key === "splunk");
  if (splunk === undefined) throw new Error("The fixture has no secret splunk.");
  const on = {
    RotationEnabled: true,
    NextRotationDate: new Date(now + day),
    LastRotatedDate: new Date(now - 10 * day),
  };

  it("passes when it is on and on time", () => {
    expect(judgeRotation(splunk, on, now, plan)).toEqual([]);
  });

  it.each([
    ["off", { RotationEnabled: false }],
    ["overdue", { ...on, NextRotationDate: new Date(now - 3 * day) }],
    ["long ago", { ...on, LastRotatedDate: new Date(now - 60 * day) }],
  ])("is reported when it is %s", (_what, described) => {
    expect(judgeRotation(splunk, described, now, plan)).toHaveLength(1);
  });

  it("that stopped halfway is reported after an hour", () => {
    const pending = (createdAt: number) => ({
      key: "splunk",
      name: splunk.name,
      versions: [{ id: "v2", labels: ["AWSPENDING"], createdAt }],
      lastRotatedAt: undefined,
      lastChangedAt: undefined,
    });
    expect(judgePending(pending(now - 60_000), now)).toEqual([]);
    expect(judgePending(pending(now - 2 * day), now)).toMatchObject([{ verdict: "warning" }]);
  });
});

it("finds sessions that go to Redis in the clear", () => {
  const variables = ["WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS", "REDIS_USE_TLS"];
  const container = (value: string) => ({ environment: variables.map((name) => ({ name, value })) });
  expect(judgeTls("google_workspace", container("true"), plan)).toEqual([]);
  expect(judgeTls("google_workspace", container("false"), plan)).toMatchObject([{ verdict: "failure" }]);
  expect(judgeTls("google_workspace", { environment: [] }, plan)).toMatchObject([{ verdict: "failure" }]);
});

it("finds a placeholder worse if a service needs the key", () => {
  const [secret] = plan.secrets;
  if (secret === undefined) throw new Error("The fixture has no secret.");
  expect(judgeOpen(secret, [])).toEqual([]);
  expect(judgeOpen(secret, ["GOOGLE_OAUTH_CLIENT_ID"])).toMatchObject([
    { verdict: "failure", remedy: "fleet secrets set google-oauth GOOGLE_OAUTH_CLIENT_ID" },
  ]);
  expect(judgeOpen({ ...secret, usedBy: [] }, ["GOOGLE_OAUTH_CLIENT_ID"])).toMatchObject([{ verdict: "warning" }]);
});

describe("OAuth metadata", () => {
  const issuer = workspace.url;

  it("passes with public addresses, even those of others", () => {
    const document = { issuer, token_endpoint: `${issuer}/token`, service_documentation: "https://example.com/docs" };
    expect(judgeMetadata(workspace, document)).toEqual([]);
  });

  it("is a failure with the container's port in it, or without TLS", () => {
    const [finding] = judgeMetadata(workspace, {
      issuer,
      token_endpoint: `${issuer}:8000/token`,
      jwks_uri: "http://10.0.0.1/jwks",
    });
    expect(finding?.evidence).toContain(`token_endpoint is ${issuer}:8000/token, jwks_uri is http://10.0.0.1/jwks`);
  });
});

describe("the road of the alarms", () => {
  const confirmed = { protocol: "sqs", endpoint: "arn", confirmed: true };

  it("passes with a subscriber", () => {
    expect(judgeSubscribers("topic", [confirmed], plan)).toEqual([]);
  });

  it("is a failure if an alarm on it went off", () => {
    const alarm = {
      name: "prod-mcp-chat-undelivered",
      service: undefined,
      kind: undefined,
      since: undefined,
      threshold: 0,
    };
    const facts = {
      ...alarm,
      arn: "arn",
      metric: undefined,
      reason: "1 datapoint",
      basis: undefined,
      wakes: undefined,
      muted: false,
      actions: [],
    };
    expect(judgeChatAlarms([{ ...facts, state: "OK" }])).toEqual([]);
    expect(judgeChatAlarms([{ ...facts, state: "ALARM" }])).toMatchObject([{ verdict: "failure" }]);
  });

  it("is a failure with none, and a warning with one that never confirmed", () => {
    const waiting = { protocol: "email", endpoint: "platform@example.com", confirmed: false };
    expect(judgeSubscribers("topic", undefined, plan)).toMatchObject([{ verdict: "failure" }]);
    expect(judgeSubscribers("topic", [waiting], plan)).toMatchObject([{ verdict: "failure" }]);
    expect(judgeSubscribers("topic", [confirmed, waiting], plan)).toMatchObject([{ verdict: "warning" }]);
  });
});

it("names muted alarms by their service, and how to hear from all of them again", () => {
  const muted = ["errors5xx", "latencyP95"] as const;
  const alarm = (kind: (typeof muted)[number]): AlarmFacts => ({
    ...{ name: `prod-mcp-google-workspace-${kind}`, arn: "arn", metric: undefined, service: workspace.key, kind },
    ...{
      state: "OK",
      since: undefined,
      reason: "",
      threshold: 1,
      basis: "chosen",
      wakes: undefined,
      muted: true,
      actions: [],
    },
  });
  expect(judgeMuted(muted.map(alarm))).toEqual([
    {
      verdict: "warning",
      evidence: "Alarms have their actions disabled, so that nobody is told: google_workspace, errors5xx, latencyP95.",
      remedy: "fleet alarms mute google_workspace --off",
    },
  ]);
});

it("sends nobody to sst where npm start is what deploys", () => {
  const here = { ...plan, stage: "local", runsOn: "loopback" as const };
  const [splunk] = plan.secrets.filter(({ key }) => key === "splunk");
  const found = [
    ...judgeCertificates(here, [], Date.now()),
    ...judgeTls("google_workspace", undefined, here),
    ...judgeMail("on-call", undefined, here),
    ...judgeSubscribers("topic", undefined, here),
    ...judgeBalancer(here, "local-mcp-alb", { seconds: 60, lost: 0 }),
    ...(splunk === undefined ? [] : judgeRotation(splunk, { RotationEnabled: false }, Date.now(), here)),
  ];
  expect(found).toHaveLength(6);
  for (const { remedy } of found) expect(remedy).toMatch(/npm start/);
});

it("[FIX-1] reports the thresholds that nobody measured, by service", () => {
  const alarm = (kind: "latencyP95" | "errors5xx", basis: "placeholder" | "chosen") => ({
    arn: "arn",
    metric: undefined,
    name: `prod-mcp-google-workspace-${kind}`,
    service: workspace.key,
    kind,
    state: "OK",
    since: undefined,
    reason: "",
    threshold: 1,
    basis,
    wakes: undefined,
    muted: false,
    actions: [],
  });
  expect(judgeThresholds([alarm("errors5xx", "chosen")])).toEqual([]);
  expect(judgeThresholds([alarm("latencyP95", "placeholder"), alarm("errors5xx", "chosen")])).toMatchObject([
    { verdict: "warning", evidence: "google_workspace: the thresholds of latencyP95 are placeholders." },
  ]);
});

it("describes drift without any variable's value", () => {
  const container = {
    name: workspace.key,
    image: "mcp/workspace:other",
    portMappings: [{ containerPort: workspace.port }],
    environment: Object.entries(workspace.environment).map(([name, value]) => ({ name, value: `${value}-changed` })),
    secrets: workspace.secrets.slice(1).map(({ key }) => ({ name: key, valueFrom: "arn" })),
  };
  const words = differencesOf(healthy, { cpu: "512", memory: String(workspace.memory), container });
  expect(words).toContain(`cpu is 512, the map has ${workspace.cpu}`);
  expect(words).toContain("AUDIT_LOG_ENABLED has a different value");
  expect(words).toContain("GOOGLE_OAUTH_CLIENT_ID is not injected");
  expect(words.join()).not.toContain("-changed");
});

it("continues when one check cannot look, and says so", async () => {
  const blind = { id: "blind", ok: "", look: () => Promise.reject(new Error("no permission")) };
  const results = await examine([blind, targets], examinationOf(healthy));
  expect(results).toMatchObject([
    { id: "blind", verdict: "failure", evidence: "Could not check: no permission" },
    { id: "targets", verdict: "ok" },
  ]);
  expect(exitCodeOf(results, false)).toBe(1);
});
