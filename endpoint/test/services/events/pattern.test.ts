import { describe, expect, it } from "vitest";
import { parsePattern } from "#endpoint/services/events/pattern.ts";

const event = {
  source: "aws.ecs",
  "detail-type": "ECS Deployment State Change",
  resources: ["arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/prod-mcp-google-workspace"],
  detail: {
    eventName: "SERVICE_DEPLOYMENT_FAILED",
    count: 3,
    ip: "10.0.3.7",
    empty: null,
    on: true,
    tags: ["red", "blue"],
    containers: [
      { name: "app", exitCode: 1 },
      { name: "sidecar", exitCode: 0 },
    ],
  },
};
const matches = (pattern: unknown) => parsePattern(JSON.stringify(pattern)).matches(event);

describe("an event pattern", () => {
  it.each<[string, unknown, unknown]>([
    ["exact", { source: ["aws.ecs", "x"] }, { source: ["aws.EC2"] }],
    ["prefix", { resources: [{ prefix: "arn:aws:ecs:" }] }, { source: [{ prefix: "ecs" }] }],
    [
      "prefix in any case",
      { source: [{ prefix: { "equals-ignore-case": "AWS." } }] },
      { source: [{ prefix: { "equals-ignore-case": "ecs" } }] },
    ],
    ["suffix", { resources: [{ suffix: "-workspace" }] }, { resources: [{ suffix: "-splunk" }] }],
    [
      "anything-but",
      { source: [{ "anything-but": ["aws.ec2", "aws.s3"] }] },
      { source: [{ "anything-but": ["aws.ecs"] }] },
    ],
    [
      "anything-but prefix",
      { source: [{ "anything-but": { prefix: "com." } }] },
      { source: [{ "anything-but": { prefix: ["aws.", "com."] } }] },
    ],
    [
      "anything-but wildcard",
      { source: [{ "anything-but": { wildcard: "*.ec2" } }] },
      { source: [{ "anything-but": { wildcard: "aws.*" } }] },
    ],
    [
      "numeric",
      { detail: { count: [{ numeric: [">", 0, "<=", 3] }] } },
      { detail: { count: [{ numeric: [">", 3] }] } },
    ],
    ["exists", { detail: { count: [{ exists: true }] } }, { detail: { absent: [{ exists: true }] } }],
    ["exists not", { detail: { absent: [{ exists: false }] } }, { detail: { count: [{ exists: false }] } }],
    [
      "equals-ignore-case",
      { source: [{ "equals-ignore-case": "AWS.ECS" }] },
      { source: [{ "equals-ignore-case": "ecs" }] },
    ],
    [
      "wildcard",
      { detail: { eventName: [{ wildcard: "SERVICE_*_FAILED" }] } },
      { detail: { eventName: [{ wildcard: "*_COMPLETED" }] } },
    ],
    ["cidr", { detail: { ip: [{ cidr: "10.0.0.0/16" }] } }, { detail: { ip: [{ cidr: "10.1.0.0/16" }] } }],
    ["null and booleans", { detail: { empty: [null], on: [true] } }, { detail: { on: ["true"] } }],
    ["a number as such", { detail: { count: [3] } }, { detail: { count: ["3"] } }],
    ["an element of an array", { detail: { tags: ["blue"] } }, { detail: { tags: ["green"] } }],
    [
      "objects in an array",
      { detail: { containers: { name: ["app"], exitCode: [1] } } },
      { detail: { containers: { exitCode: [2] } } },
    ],
    ["$or", { $or: [{ source: ["x"] }, { detail: { count: [3] } }] }, { $or: [{ source: ["x"] }, { source: ["y"] }] }],
    [
      "all of its fields",
      { source: ["aws.ecs"], detail: { on: [true] } },
      { source: ["aws.ecs"], detail: { on: [false] } },
    ],
  ])("knows %s", (_name, fitting, other) => {
    expect(matches(fitting)).toBe(true);
    expect(matches(other)).toBe(false);
  });

  it.each<[string, string]>([
    ["text that is not JSON", "{"],
    ["an empty pattern", "{}"],
    ["a bare value", '{"source":"aws.ecs"}'],
    ["an empty array", '{"source":[]}'],
    ["an operator that is none", '{"source":[{"like":"x"}]}'],
    ["two operators at once", '{"source":[{"prefix":"x","suffix":"y"}]}'],
    ["half a comparison", '{"detail":{"n":[{"numeric":[">"]}]}}'],
  ])("refuses %s", (_name, text) => {
    expect(() => parsePattern(text)).toThrow(/^Event pattern is not valid\. Reason: /);
  });
});
