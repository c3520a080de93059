import { describe, expect, it } from "vitest";
import { changesOf, type Present } from "#cli/diff/changes.ts";
import { alarmNames, names } from "#fleet";
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
          environment: Object.entries(workspace.environment).map(([name, value]) => ({ name, value })),
          secrets: workspace.secrets.map(({ key }) => ({ name: key, valueFrom: "arn" })),
        },
      },
    },
  ],
  serviceNames: ["prod-mcp-google-workspace"],
  secretNames: plan.secrets.map(({ name }) => name),
  alarms: alarmNames.map((kind) => ({
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
    muted: false,
    actions: [],
  })),
  redisNodes: plan.redis.nodes,
};

const words = (changed: Partial<Present>) =>
  changesOf(plan, { ...present, ...changed }).map(({ kind, text }) => `${kind} ${text}`);

describe("what a deploy would change", () => {
  it("is nothing where all is as the map says", () => {
    expect(words({})).toEqual([]);
  });

  it("is said for services that come, go and change", () => {
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

  it("is said for secrets, alarms and Redis", () => {
    expect(words({ secretNames: [...present.secretNames.slice(1), "/prod/mcp/slack"] })).toEqual([
      "add secret /prod/mcp/google-oauth, with placeholders",
      "remove secret /prod/mcp/slack, recoverable for 7 days at least",
    ]);
    expect(words({ alarms: present.alarms.slice(1) })).toEqual(["add alarm unhealthyHosts of google_workspace"]);
    expect(words({ alarms: present.alarms.map((alarm) => ({ ...alarm, threshold: 2 })) })).toHaveLength(6);
    expect(words({ redisNodes: 1 })).toEqual(["change Redis has 1 nodes, the map has 2"]);
  });
});
