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

  it.each<[string, unknown, unknown, boolean]>([
    ["nothing is in an empty array", { a: [{ exists: true }] }, { a: [] }, false],
    ["what an empty array lacks", { a: [{ exists: false }] }, { a: [] }, true],
    ["nor is an object a value", { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ["what is deep in arrays", { a: [3] }, { a: [[1], [[3]]] }, true],
    ["objects deep in arrays", { a: { b: [3] } }, { a: [[{ b: 3 }]] }, true],
    ["fields of one object of an array, not of several", { a: { b: [1], c: [2] } }, { a: [{ b: 1 }, { c: 2 }] }, false],
    ["a name with a dot", { "a.b": [1] }, { a: { b: 1 } }, true],
    ["a dot in the event", { a: { b: [1] } }, { "a.b": 1 }, true],
    ["an escaped star", { a: [{ wildcard: "x\\*y" }] }, { a: "x*y" }, true],
    ["an escaped backslash", { a: [{ wildcard: "x\\\\*" }] }, { a: "x\\y" }, true],
    ["$or as a name, where it cannot be the operator", { $or: ["x"] }, { $or: "x" }, true],
  ])("[AWS-10] sees %s", (_name, pattern, document, expected) => {
    expect(parsePattern(JSON.stringify(pattern)).matches(Object(document))).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ["a list", ["a"], "Filter is not an object"],
    ["an empty object inside", { a: {} }, "Empty objects are not allowed"],
    ["a list in a list", { a: [[1]] }, "Match value must be String, number, true, false, or null"],
    ["a mask that is too long", { a: [{ cidr: "10.0.0.0/33" }] }, "IPv4 mask bits must be < 32"],
    ["an address that is none", { a: [{ cidr: "x/8" }] }, "Nonstandard IP address: x"],
    ["no mask", { a: [{ cidr: "10.0.0.1" }] }, "Malformed CIDR, one '/' required"],
    ["exists of a text", { a: [{ exists: "yes" }] }, "exists match pattern must be either true or false."],
    [
      "anything-but of nothing it knows",
      { a: [{ "anything-but": { numeric: ["=", 1] } }] },
      "Unsupported anything-but pattern: numeric",
    ],
    [
      "anything-but of mixed types",
      { a: [{ "anything-but": ["a", 1] }] },
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    ],
    [
      "anything-but of null",
      { a: [{ "anything-but": [null] }] },
      "Inside anything but list, start|null|boolean is not supported.",
    ],
    ["anything-but an empty prefix", { a: [{ "anything-but": { prefix: "" } }] }, "Null prefix/suffix not allowed"],
    ["a range upside down", { a: [{ numeric: [">", 5, "<", 1] }] }, "Bottom must be less than top"],
    ["two lower bounds", { a: [{ numeric: [">", 0, ">", 1] }] }, "Bad numeric range operator: >"],
    ["two stars", { a: [{ wildcard: "a**" }] }, "Consecutive wildcard characters at pos 2"],
    ["an escape of nothing", { a: [{ wildcard: "a\\b" }] }, "Invalid escape character at pos 2"],
    ["a prefix that is a list", { a: [{ prefix: ["a"] }] }, "prefix match pattern must be a string"],
    ["an operator in capitals", { a: [{ EXISTS: true }] }, "Unrecognized match type EXISTS"],
  ])("[AWS-10] refuses %s in AWS's words", (_name, pattern, reason) => {
    expect(() => parsePattern(JSON.stringify(pattern))).toThrow(`Event pattern is not valid. Reason: ${reason}`);
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
