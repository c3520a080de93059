import { describe, expect, it } from "vitest";
import { changesOf, type Present, placeChanges } from "#cli/diff/changes.ts";
import { alarmNames, names, nothingStands, rateNames } from "#fleet";
import { probeAlarm } from "#fleet/definition.ts";
import { healthy, plan, workspace } from "./doctor/examination.ts";

const present: Present = {
  deployed: true,
  services: [
    {
      facts: healthy,
      deployed: {
        cpu: String(workspace.cpu),
        memory: String(workspace.memory),
        container: {
          name: workspace.key,
          image: workspace.image,
          portMappings: [{ containerPort: workspace.port }],
          environment: [
            ...Object.entries(workspace.environment).map(([name, value]) => ({ name, value })),
            { name: "REDIS_HOST", value: "redis.example.com" },
          ],
          secrets: workspace.secrets.map(({ key }) => ({ name: key, valueFrom: "arn" })),
        },
      },
    },
  ],
  serviceNames: ["prod-mcp-google-workspace"],
  secretNames: plan.secrets.map(({ name }) => name),
  alarms: ([...alarmNames, ...rateNames, probeAlarm] as const).map((kind) => ({
    name: names.alarm("prod", workspace.key, kind),
    service: workspace.key,
    kind,
    state: "OK",
    since: undefined,
    reason: "",
    threshold: 1,
    basis: "chosen" as const,
    arn: "",
    metric: undefined,
    wakes: undefined,
    muted: false,
    actions: [],
  })),
  routes: { google_workspace: { hosts: [workspace.hostname], health: workspace.health } },
  redis: { nodes: plan.redis.nodes, nodeType: plan.redis.nodeType, failsOver: true },
};

const words = (changed: Partial<Present>) =>
  changesOf(plan, { ...present, ...changed }).map(({ kind, text }) => `${kind} ${text}`);

describe("what a deploy would change", () => {
  it("is nothing if everything is as the map says", () => {
    expect(words({})).toEqual([]);
  });

  it("is described for services that come, go and change", () => {
    const [one] = present.services;
    if (one === undefined) throw new Error("There is one.");
    expect(words({ services: [{ ...one, facts: { ...healthy, service: undefined } }], serviceNames: [] })).toEqual([
      "add service google_workspace, at https://google.mcp.themailworks.com",
    ]);
    expect(words({ serviceNames: [...present.serviceNames, "prod-mcp-slack"] })).toEqual([
      "remove service prod-mcp-slack, with its rule, target group, log group, DNS record and alarms",
    ]);
    expect(words({ services: [{ ...one, deployed: { ...one.deployed, cpu: "1024" } }] })).toEqual([
      "change service google_workspace: cpu is 1024, the map has 256",
    ]);
  });

  it("is described for secrets, alarms and Redis", () => {
    expect(words({ secretNames: [...present.secretNames.slice(1), "/prod/mcp/slack"] })).toEqual([
      "add secret /prod/mcp/google-oauth, with placeholders",
      "remove secret /prod/mcp/slack, recoverable for 7 days at least",
    ]);
    expect(words({ alarms: present.alarms.slice(1) })).toEqual(["add alarm unhealthyHosts of google_workspace"]);
    expect(words({ alarms: present.alarms.map((alarm) => ({ ...alarm, threshold: 2 })) })).toHaveLength(6);
    expect(words({ redis: { nodes: 1, nodeType: "cache.t4g.small", failsOver: false } })).toEqual([
      "change Redis has 1 nodes, the map has 2; failover comes with the deploy after that",
      "change Redis runs on cache.t4g.small, the map has cache.t4g.micro",
    ]);
    expect(words({ redis: { nodes: 2, nodeType: "cache.t4g.micro", failsOver: false } })).toEqual([
      "change Redis does not fail over yet, and will",
    ]);
    expect(words({ redis: undefined })).toEqual(["add Redis with 2 nodes"]);
  });

  it("is described for the way to a service: its name and its health check", () => {
    const moved = { hosts: ["old.mcp.themailworks.com"], health: { path: "/", codes: workspace.health.codes } };
    expect(words({ routes: { google_workspace: moved } })).toEqual([
      "change service google_workspace: its name is old.mcp.themailworks.com, the map has google.mcp.themailworks.com",
      "change service google_workspace: the health path is /, the map has /health",
    ]);
  });

  it("is described for what the map no longer has, without any variable's value", () => {
    const [one] = present.services;
    if (one === undefined) throw new Error("There is one.");
    const container = {
      ...one.deployed.container,
      environment: [...(one.deployed.container?.environment ?? []), { name: "DEBUG", value: "a-value" }],
      secrets: [...(one.deployed.container?.secrets ?? []), { name: "OLD_TOKEN", valueFrom: "arn" }],
      stopTimeout: 90,
    };
    const said = words({ services: [{ ...one, deployed: { ...one.deployed, architecture: "ARM64", container } }] });
    expect(said).toEqual([
      "change service google_workspace: the architecture is ARM64, the map has X86_64",
      "change service google_workspace: the time to stop is 90, the map has 30",
      "change service google_workspace: DEBUG is set, but not in the map",
      "change service google_workspace: OLD_TOKEN is injected, but not in the map",
    ]);
  });
});

describe("[AWS-11] a deploy of a stage beside another set-up", () => {
  it("says where the names will lead, and by which addresses tasks will go out", () => {
    const service = { shard: 1, targetGroupPort: 8000, hostname: workspace.hostname, rulePriority: 10 } as const;
    const services = { google_workspace: { ...service, recordWeight: 0, capacity: "on-demand" } } as const;
    const standing = { ...nothingStands, cidr: plan.network.cidr, services };
    const wanted = { ...plan, recordWeight: 255, network: { ...plan.network, addresses: ["eipalloc-0000000a"] } };
    expect(placeChanges(wanted, standing).map(({ text }) => text)).toEqual([
      "the records have the weight 0, the map has 255",
      "the NAT gateways get eipalloc-0000000a: connections to the outside are cut once",
    ]);
    const deployed = { ...standing, natAddresses: ["eipalloc-0000000a"] };
    expect(placeChanges({ ...wanted, recordWeight: 0 }, deployed)).toEqual([]);
    expect(placeChanges(wanted, nothingStands)).toEqual([]);
  });
});
