import { describe, expect, it } from "vitest";
import { isWaking } from "#fleet/waking.ts";
import fixture from "../fixture/map.ts";
import { changed, slack, synthesize, withServices, withStage } from "../synth/synth.ts";
import { statementsOf } from "./statements.ts";

const prod = synthesize("prod");
const alarmsOf = (synthesis: typeof prod) =>
  (synthesis.stacks.get("ProbeAlarms")?.all("AWS::CloudWatch::Alarm") ?? []).map(({ Properties }) => Properties);

describe("the probe", () => {
  it("[REL-3] asks each minute in a durable stage, and in no other unless the map says so", () => {
    const rule = prod.stack("Probe").one("AWS::Events::Rule").Properties;
    expect(rule.ScheduleExpression).toBe("rate(1 minute)");
    expect(alarmsOf(synthesize("local"))).toEqual([]);
    const slower = synthesize("prod", withStage("prod", { probe: { everyMinutes: 5 } }));
    expect(slower.stack("Probe").one("AWS::Events::Rule").Properties.ScheduleExpression).toBe("rate(5 minutes)");
    expect(alarmsOf(slower)).toEqual([expect.objectContaining({ Period: 300 })]);
    expect(alarmsOf(synthesize("prod", withStage("prod", { probe: false })))).toEqual([]);
  });

  it("[REL-3] wakes people where no client got through in two of three rounds, and says nothing where it did not run", () => {
    expect(alarmsOf(prod)).toEqual([
      expect.objectContaining({
        AlarmName: "prod-mcp-google-workspace-probe",
        Namespace: "MCPFleet",
        MetricName: "Up",
        Dimensions: [
          { Name: "stage", Value: "prod" },
          { Name: "mcp-service", Value: "google_workspace" },
        ],
        Period: 60,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: "ignore",
      }),
    ]);
    expect(isWaking(String(alarmsOf(prod)[0]?.AlarmDescription))).toBe(true);
    const silence = prod.stack("Probe").one("AWS::CloudWatch::Alarm", { MetricName: "Invocations" }).Properties;
    expect(silence).toMatchObject({ Period: 60, EvaluationPeriods: 3, InsufficientDataActions: [expect.anything()] });
  });

  it("[REL-3] leaves out who is offline, is no MCP server, or shall not be asked; a declined alarm has its reason", () => {
    const map = withServices({
      google_workspace: changed("google_workspace", { desiredCount: 0 }),
      web: { ...slack, host: "web", mcp: false },
      quiet: { ...slack, host: "quiet", probe: false },
      known: { ...slack, host: "known", alarms: { probe: { declined: "Its own probe has one." } } },
      feed: { ...slack, host: "feed", alarms: { probe: { wakes: false } } },
    });
    const synthesis = synthesize("prod", map);
    expect(alarmsOf(synthesis).map(({ AlarmName }) => AlarmName)).toEqual(["prod-mcp-feed-probe"]);
    expect(isWaking(String(alarmsOf(synthesis)[0]?.AlarmDescription))).toBe(false);
    expect(JSON.stringify(synthesis.stack("ProbeAlarms").document)).toContain("Its own probe has one.");
  });

  it("[REL-3] may keep what it found, write its own metrics, tell people, and do nothing else", () => {
    const own = statementsOf(prod.stack("Probe")).filter(({ resource }) => resource === "probeservicesRole");
    expect(own.flatMap(({ actions }) => actions)).toEqual([
      "sts:AssumeRole",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "cloudwatch:PutMetricData",
      "sns:Publish",
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]);
    expect(prod.stack("Probe").one("AWS::Lambda::Function").Properties).not.toHaveProperty("VpcConfig");
    expect(fixture.stages.prod?.probe).toBeUndefined();
  });
});
