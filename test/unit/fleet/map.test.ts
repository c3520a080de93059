import { describe, expect, it } from "vitest";
import { defineFleet, type FleetDefinition, FleetError, type Problem, planStage, type ServiceDefinition } from "#fleet";
import { sessionLoss } from "#fleet/session-loss.ts";
import fleet from "../../fixture/map.ts";
import { echo, mapOf } from "../../stage/maps.ts";

const slack: ServiceDefinition = {
  host: "slack",
  image: "registry.example.com/mcp/slack:1.4.0",
  port: 8001,
  cpu: 256,
  memory: 512,
};

function withService(key: string, service: unknown): FleetDefinition {
  return Object.assign({}, fleet, { services: { ...fleet.services, [key]: service } });
}

function withStages(stages: FleetDefinition["stages"]): FleetDefinition {
  return Object.assign({}, fleet, { stages });
}

function problemsOf(map: FleetDefinition): readonly Problem[] {
  try {
    defineFleet(map);
  } catch (error) {
    if (error instanceof FleetError) return error.problems;
    throw error;
  }
  return [];
}

/** The one problem of a map; its message must carry all four parts. */
function onlyProblem(map: FleetDefinition): Problem {
  const problems = problemsOf(map);
  expect(problems, JSON.stringify(problems, null, 1)).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error("no problem found");
  const { message } = new FleetError([problem]);
  for (const part of [problem.field, problem.allowed, problem.remedy]) expect(message).toContain(part);
  expect(message).toContain("nothing was deployed");
  return problem;
}

describe("a good map", () => {
  it("[MAP-1] takes one entry and derives every name from it", () => {
    const plan = planStage(defineFleet(withService("slack", slack)), "prod");
    const service = plan.services.find(({ key }) => key === "slack");
    expect(service).toMatchObject({
      hostname: "slack.mcp.themailworks.com",
      url: "https://slack.mcp.themailworks.com",
      desiredCount: 1,
      health: { path: "/health", codes: "200" },
    });
    expect(Object.keys(service?.alarms ?? {})).toHaveLength(6);
  });

  it("[MAP-2] keeps every other service as it is when one comes or goes", () => {
    const before = planStage(fleet, "prod").services;
    const after = planStage(defineFleet(withService("slack", slack)), "prod").services;
    expect(after.filter(({ key }) => key !== "slack")).toEqual(before);
  });

  it("carries google_workspace into prod, and the reference server only elsewhere", () => {
    expect(planStage(fleet, "prod").services.map(({ key }) => key)).toEqual(["google_workspace"]);
    expect(planStage(fleet, "local").services.map(({ key }) => key)).toEqual(["google_workspace", "everything"]);
  });

  it("[AUD-1] [AUD-3] turns the audit trail into variables, and off without losing them", () => {
    const on = planStage(fleet, "prod").services[0];
    expect(on?.environment).toMatchObject({
      SPLUNK_INDEX: "mcp_audit",
      SPLUNK_SOURCE: "mcp-google",
      AUDIT_LOG_ENABLED: "true",
    });
    expect(on?.secrets).toContainEqual({ secret: "splunk", key: "SPLUNK_HEC_TOKEN" });
    const off = planStage(
      defineFleet(withService("slack", { ...slack, audit: { source: "s", enabled: false } })),
      "prod",
    );
    expect(off.services[1]?.environment).toMatchObject({ AUDIT_LOG_ENABLED: "false", SPLUNK_INDEX: "mcp_audit" });
  });

  it("[FIX-4] [RED-4] gives prod two Redis nodes and other stages one by default", () => {
    const staging = { ...fleet.stages, staging: { account: "111122223333" } };
    const map = defineFleet(withStages(staging));
    expect(planStage(map, "prod").redis).toEqual({ nodes: 2, nodeType: "cache.t4g.micro", snapshotRetentionDays: 7 });
    expect(planStage(map, "staging").redis.nodes).toBe(1);
    const one = defineFleet(
      withStages({ prod: { account: "111122223333", redis: { nodes: 1 } }, local: { runsOn: "loopback" } }),
    );
    expect(planStage(one, "prod").redis).toEqual({ nodes: 1, nodeType: "cache.t4g.micro", snapshotRetentionDays: 7 });
  });

  it("keeps a second stage in one account away from the first one's names", () => {
    const map = defineFleet(withStages({ ...fleet.stages, staging: { account: "573946584375" } }));
    const [prod, staging] = [planStage(map, "prod"), planStage(map, "staging")];
    expect(staging.alarmTopic.name).not.toBe(prod.alarmTopic.name);
    expect(staging.domain).toBe("staging.themailworks.com");
    expect(staging.secrets[0]?.name).toBe("/staging/mcp/google-oauth");
  });
});

describe("sessions in the memory of a task", () => {
  const lossOf = (entry: Partial<ServiceDefinition>) => {
    const plan = planStage(defineFleet(withService("slack", { ...slack, ...entry })), "prod");
    const service = plan.services.find(({ key }) => key === "slack");
    return service === undefined ? undefined : sessionLoss(plan, service);
  };

  it("[MCP-10] are lost by rotations, and between tasks but for a cookie", () => {
    expect(lossOf({ secrets: ["google-oauth"] })?.when).toMatch(/each rotation of google-oauth/);
    expect(lossOf({ desiredCount: 2, sessions: "none" })?.remedy).toMatch(/stickiness: true/);
    expect(lossOf({ desiredCount: 2, stickiness: true })).toBeUndefined();
    expect(lossOf({})).toBeUndefined();
  });

  it("[MCP-10] are lost between the tasks that a service may have, however many it has now", () => {
    const scaling = { min: 1, max: 1, on: "requests", target: 100 } as const;
    const schedule = [{ cron: "0 8 ? * MON-FRI *", timeZone: "Europe/Berlin", min: 1, max: 3 }];
    expect(lossOf({ sessions: "none", scaling: { ...scaling, max: 4 } })?.when).toBe(
      "another of its up to 4 tasks does not know them",
    );
    expect(lossOf({ sessions: "none", scaling: { ...scaling, schedule } })?.when).toMatch(/up to 3 tasks/);
    expect(lossOf({ scaling })).toBeUndefined();
  });

  it("[MCP-10] are not google_workspace's", () => {
    const service = planStage(fleet, "prod").services.find(({ key }) => key === "google_workspace");
    expect(service?.environment).toMatchObject({
      WORKSPACE_MCP_STATELESS_MODE: "true",
      WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS: expect.stringContaining("https://claude.ai/api/mcp/auth_callback"),
    });
  });
});

describe("[MAP-3] a wrong entry fails before anything is deployed", () => {
  const rows: readonly (readonly [what: string, service: unknown, field: string, value: unknown])[] = [
    ["a host that is no DNS label", { ...slack, host: "Slack_1" }, "services.slack.host", "Slack_1"],
    ["a port out of range", { ...slack, port: 70_000 }, "services.slack.port", 70_000],
    ["a port that is no whole number", { ...slack, port: 80.5 }, "services.slack.port", 80.5],
    ["a CPU size Fargate does not sell", { ...slack, cpu: 300 }, "services.slack.cpu", 300],
    ["memory that does not go with the CPU", { ...slack, memory: 4096 }, "services.slack.memory", 4096],
    ["a health path without /", { ...slack, healthPath: "health" }, "services.slack.healthPath", "health"],
    [
      "an image without tag or digest",
      { ...slack, image: "registry.example.com:5000/mcp/slack" },
      "services.slack.image",
      "registry.example.com:5000/mcp/slack",
    ],
    ["an unknown secret", { ...slack, secrets: ["slack"] }, "services.slack.secrets.0", "slack"],
    [
      "an unknown key of a secret",
      { ...slack, secrets: [{ secret: "splunk", keys: ["TOKEN"] }] },
      "services.slack.secrets.0.keys",
      "TOKEN",
    ],
    ["an unknown stage", { ...slack, stages: { only: ["production"] } }, "services.slack.stages", "production"],
    ["an unknown field", { ...slack, healthcheck: "/" }, "services.slack.healthcheck", "/"],
    ["a missing field", { ...slack, image: undefined }, "services.slack.image", undefined],
    ["a second service on one host", { ...slack, host: "google" }, "services.slack.host", "google"],
    [
      "an alarm declined without a reason",
      { ...slack, alarms: { errors5xx: { declined: " " } } },
      "services.slack.alarms.errors5xx.declined",
      " ",
    ],
    [
      "an unknown alarm",
      { ...slack, alarms: { latencyP50: { threshold: 1 } } },
      "services.slack.alarms.latencyP50",
      { threshold: 1 },
    ],
    [
      "an opt-out behind the OAuth rule",
      { ...slack, oauth: { rulePriority: 10 } },
      "services.slack.oauth.rulePriority",
      10,
    ],
    [
      "permission to do anything",
      { ...slack, permissions: [{ actions: ["s3:*"], resources: ["arn:aws:s3:::b"], reason: "r" }] },
      "services.slack.permissions.0.actions",
      "s3:*",
    ],
    ["a balancer that is not there", { ...slack, shard: 2, stages: { only: ["prod"] } }, "services.slack.shard", 2],
  ];

  it.each(rows)("%s", (_what, service, field, value) => {
    const problem = onlyProblem(withService("slack", service));
    expect(problem.field).toBe(field);
    expect(problem.value).toEqual(value);
  });

  it("a key too long for a target group's 32 characters", () => {
    const problem = onlyProblem(withService("a_service_with_a_long_name", { ...slack, stages: { only: ["prod"] } }));
    expect(problem.field).toBe("services.a_service_with_a_long_name");
    expect(problem.value).toBe("prod-mcp-a-service-with-a-long-name-tg");
    expect(problem.allowed).toContain("at most 20");
  });

  it("two OAuth owners", () => {
    const two = problemsOf(withService("slack", { ...slack, oauth: "owner", stages: { only: ["prod"] } }));
    expect(two).toMatchObject([{ field: "services.*.oauth", value: ["google_workspace", "slack"] }]);
  });

  it("an owner of the OAuth paths, or an audit trail, in a map that has none", () => {
    const { oauth: _, audit: __, ...without } = fleet;
    expect(problemsOf(without).map(({ field }) => field)).toEqual([
      "services.google_workspace.oauth",
      "services.google_workspace.audit",
    ]);
  });

  it("an alarm neither set nor declined with a reason", () => {
    const { latencyP95: _, ...alarms } = fleet.alarms;
    const problems = problemsOf(Object.assign({}, fleet, { alarms }));
    expect(problems.map(({ field }) => field)).toEqual([
      "services.google_workspace.alarms.latencyP95",
      "services.everything.alarms.latencyP95",
    ]);
  });

  it("a stage without account in a deploy to AWS", () => {
    const map = defineFleet(withStages({ ...fleet.stages, staging: {} }));
    expect(() => planStage(map, "staging")).toThrow(/stages\.staging\.account = \(not set\)[\s\S]*twelve digits/);
  });

  it("a stage that is not in the map", () => {
    expect(() => planStage(fleet, "prd")).toThrow(/stage = "prd"[\s\S]*prod, local/);
  });

  it("more services than a balancer holds", () => {
    const many = Object.fromEntries(
      Array.from({ length: 51 }, (_, index) => [
        `s${index}`,
        { ...slack, host: `s${index}`, stages: { only: ["prod"] } },
      ]),
    );
    const problem = onlyProblem(Object.assign({}, fleet, { services: { ...fleet.services, ...many } }));
    expect(problem.field).toBe("stages.prod.shards");
  });

  it("lists every mistake at once", () => {
    const problems = problemsOf(withService("slack", { ...slack, port: 0, healthPath: "x", host: "-" }));
    expect(problems.map(({ field }) => field).sort()).toEqual([
      "services.slack.healthPath",
      "services.slack.host",
      "services.slack.port",
    ]);
  });
});

describe("[OPS-2] the metrics of a server's tools", () => {
  const variables = (toolMetrics: boolean | undefined, stage: string) => {
    const map = mapOf({ notes: echo("notes", toolMetrics === undefined ? {} : { toolMetrics }) });
    return planStage(map, stage).services[0]?.environment;
  };
  const written = (stage: string) => ({
    MCP_SERVICE: "notes",
    MCP_METRICS_NAMESPACE: `mcp-fleet/${stage}`,
  });

  it("cost nothing on AWS unless the entry asks for them, and nothing here", () => {
    expect(variables(undefined, "prod")).not.toHaveProperty("MCP_METRICS_NAMESPACE");
    expect(variables(true, "prod")).toMatchObject(written("prod"));
    expect(variables(undefined, "local")).toMatchObject(written("local"));
    expect(variables(false, "local")).not.toHaveProperty("MCP_METRICS_NAMESPACE");
  });
});
