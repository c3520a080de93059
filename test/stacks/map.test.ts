import { describe, expect, it } from "vitest";
import { burnWindows } from "#fleet/burn-window.ts";
import { releaseAlarms } from "#fleet/release-alarm.ts";
import { changed, type Synthesis, slack, synthesize, withServices } from "../synth/synth.ts";

interface Change {
  readonly stack: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What a deploy of `after` over `before` does, by resource type; stacks that stay as they are left out. */
function diff(before: Synthesis, after: Synthesis): readonly Change[] {
  return [...new Set([...before.stacks.keys(), ...after.stacks.keys()])].flatMap((stack) => {
    const old = new Map(before.stacks.get(stack)?.resources.map((resource) => [resource.id, resource]));
    const now = new Map(after.stacks.get(stack)?.resources.map((resource) => [resource.id, resource]));
    const change = {
      stack,
      added: [...now.values()].filter(({ id }) => !old.has(id)).map(({ Type }) => Type),
      removed: [...old.values()].filter(({ id }) => !now.has(id)).map(({ Type }) => Type),
      changed: [...now.values()]
        .filter(({ id }) => old.has(id) && JSON.stringify(old.get(id)) !== JSON.stringify(now.get(id)))
        .map(({ id }) => id),
    };
    return change.added.length + change.removed.length + change.changed.length > 0 ? [change] : [];
  });
}

const own = [
  "AWS::ElasticLoadBalancingV2::TargetGroup",
  "AWS::ElasticLoadBalancingV2::ListenerRule",
  "AWS::Route53::RecordSet",
  "AWS::IAM::Role",
  "AWS::ECS::TaskDefinition",
  ...Array<string>(releaseAlarms.length).fill("AWS::CloudWatch::Alarm"),
  "AWS::ECS::Service",
];
const logging = ["AWS::Logs::LogGroup"];
const watching = Array<string>(8).fill("AWS::CloudWatch::Alarm");
const rates = [
  ...Array<string>(burnWindows.length).fill("AWS::CloudWatch::Alarm"),
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Alarm",
];
const probing = ["AWS::CloudWatch::Alarm"];
const nothing: readonly string[] = [];

describe("the map", () => {
  const without = synthesize("prod");
  const withSlack = synthesize("prod", withServices({ slack }));

  it("[MAP-1] yields all of a service from one entry, and touches nothing else", () => {
    expect(diff(without, withSlack)).toEqual([
      { stack: "Logs", added: logging, removed: nothing, changed: nothing },
      { stack: "ProbeAlarms", added: probing, removed: nothing, changed: nothing },
      { stack: "Services", added: own, removed: nothing, changed: nothing },
      { stack: "Alarms", added: watching, removed: nothing, changed: nothing },
      { stack: "Rates", added: rates, removed: nothing, changed: nothing },
    ]);
  });

  it("[MAP-2] [ECS-10] removes all of it with the entry, and nothing else", () => {
    expect(diff(withSlack, without)).toEqual([
      { stack: "Logs", added: nothing, removed: logging, changed: nothing },
      { stack: "ProbeAlarms", added: nothing, removed: probing, changed: nothing },
      { stack: "Services", added: nothing, removed: own, changed: nothing },
      { stack: "Alarms", added: nothing, removed: watching, changed: nothing },
      { stack: "Rates", added: nothing, removed: rates, changed: nothing },
    ]);
    const removed = ["Logs", "Services"].flatMap((stack) =>
      withSlack.stack(stack).resources.filter(({ id }) => id.startsWith("slack")),
    );
    expect(removed).toHaveLength(own.length + logging.length);
    for (const { Type, DeletionPolicy } of removed) expect(DeletionPolicy ?? "Delete", Type).toBe("Delete");
  });

  it("[MAP-1] wires secrets, sessions and audit of an entry without another edit", () => {
    const rich = { ...slack, secrets: ["google-oauth"], sessions: true, audit: { source: "mcp-slack" } };
    expect(diff(without, synthesize("prod", withServices({ slack: rich })))).toEqual([
      { stack: "Logs", added: logging, removed: nothing, changed: nothing },
      { stack: "ProbeAlarms", added: probing, removed: nothing, changed: nothing },
      { stack: "Services", added: own, removed: nothing, changed: nothing },
      { stack: "Alarms", added: watching, removed: nothing, changed: nothing },
      { stack: "Rates", added: rates, removed: nothing, changed: nothing },
    ]);
  });

  it("[MAP-2] removes Redis with the last service that has sessions", () => {
    const map = withServices({ google_workspace: changed("google_workspace", { sessions: false }) });
    const [sessions] = diff(without, synthesize("prod", map));
    expect(sessions).toMatchObject({
      stack: "Sessions",
      removed: ["AWS::ElastiCache::SubnetGroup", "AWS::EC2::SecurityGroup", "AWS::ElastiCache::ReplicationGroup"],
    });
  });

  it("[ECS-8] rolls a service when its task definition changes, and only that one", () => {
    const map = withServices({ slack: { ...slack, image: "registry.example.com/mcp/slack:1.5.0" } });
    const [change, ...others] = diff(withSlack, synthesize("prod", map));
    expect(others).toEqual([]);
    expect(change).toMatchObject({ added: ["AWS::ECS::TaskDefinition"], removed: ["AWS::ECS::TaskDefinition"] });
    expect(change?.changed.map((id) => id.replace(/[0-9A-F]{8}$/, ""))).toEqual(["slackService"]);
  });
});
