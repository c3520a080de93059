import { describe, expect, it } from "vitest";
import { alarmNames } from "#fleet";
import { burnWindows } from "#fleet/burn-window.ts";
import { nextCpu, nextMemory } from "#fleet/fargate.ts";
import { isWaking } from "#fleet/waking.ts";
import fleet from "../fixture/map.ts";
import { changed, slack, synthesize, withServices, withStage } from "../synth/synth.ts";
import { reference, type Template } from "../synth/template.ts";

const prod = synthesize("prod");
const alarms = prod.stack("Alarms");
const alarm = (name: string, template: Template = alarms, service = "google-workspace") =>
  template.one("AWS::CloudWatch::Alarm", { AlarmName: `prod-mcp-${service}-${name}` }).Properties;

const withAlarms = (changes: object) => synthesize("prod", { ...fleet, alarms: { ...fleet.alarms, ...changes } });

describe("a service's alarms", () => {
  it("[ALB-9] watch hosts, errors and latency, each over one minute, with the comparison the runbook names", () => {
    const rows = alarmNames.map((name) => {
      const { MetricName, Statistic, ExtendedStatistic, ComparisonOperator, Threshold } = alarm(name);
      return [name, MetricName, Statistic ?? ExtendedStatistic, ComparisonOperator, Threshold];
    });
    expect(rows).toEqual([
      ["unhealthyHosts", "UnHealthyHostCount", "Maximum", "GreaterThanThreshold", 1],
      ["healthyHosts", "HealthyHostCount", "Minimum", "LessThanThreshold", 1],
      ["errors5xx", "HTTPCode_Target_5XX_Count", "Sum", "GreaterThanThreshold", 1],
      ["latencyP95", "TargetResponseTime", "p95", "GreaterThanThreshold", 1],
      ["latencyP99", "TargetResponseTime", "p99", "GreaterThanThreshold", 1],
      ["latencyAverage", "TargetResponseTime", "Average", "GreaterThanThreshold", 1],
    ]);
    for (const name of alarmNames) {
      expect(alarm(name)).toMatchObject({ Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
    }
  });

  it("[ALB-9] watch the service's own target group at its own balancer", () => {
    for (const name of alarmNames) {
      expect(alarm(name)).toMatchObject({
        Namespace: "AWS/ApplicationELB",
        Dimensions: [
          {
            Name: "TargetGroup",
            Value: { "Fn::ImportValue": expect.stringMatching("googleworkspaceTargetGroup.*FullName") },
          },
          { Name: "LoadBalancer", Value: { "Fn::ImportValue": expect.stringContaining("LoadBalancerFullName") } },
        ],
      });
    }
  });

  it("[ALB-9] send the alarm and the recovery to the topic MCPAlerts", () => {
    expect(prod.stack("Alerts").one("AWS::SNS::Topic").Properties.TopicName).toBe("MCPAlerts");
    const topic = [{ "Fn::ImportValue": expect.stringContaining("Alerts:ExportsOutputRefTopic") }];
    for (const name of alarmNames) expect(alarm(name)).toMatchObject({ AlarmActions: topic, OKActions: topic });
  });

  it("[ALB-9] treat missing targets as an outage, unless the map has taken the service offline", () => {
    expect(alarm("healthyHosts").TreatMissingData).toBe("breaching");
    const map = withServices({ google_workspace: changed("google_workspace", { desiredCount: 0 }) });
    expect(alarm("healthyHosts", synthesize("prod", map).stack("Alarms")).TreatMissingData).toBe("notBreaching");
    for (const name of alarmNames.filter((other) => other !== "healthyHosts")) {
      expect(alarm(name).TreatMissingData).toBe("notBreaching");
    }
  });

  it("[ALB-9] ignore a percentile of too few requests, and say that nobody has measured the threshold", () => {
    for (const name of ["latencyP95", "latencyP99"]) {
      expect(alarm(name).EvaluateLowSampleCountPercentile).toBe("ignore");
    }
    expect(alarm("latencyAverage")).not.toHaveProperty("EvaluateLowSampleCountPercentile");
    for (const name of ["latencyP95", "latencyP99", "latencyAverage"]) {
      expect(alarm(name).AlarmDescription).toContain("placeholder");
    }
    const measured = withServices({
      slack: { ...slack, alarms: { latencyP95: { threshold: 0.25, basis: "measured" } } },
    });
    const { AlarmDescription, Threshold } = alarm("latencyP95", synthesize("prod", measured).stack("Alarms"), "slack");
    expect(Threshold).toBe(0.25);
    expect(AlarmDescription).not.toContain("placeholder");
  });

  it("[ALB-9] say what is wrong, with which service, and where to read on", () => {
    expect(alarm("unhealthyHosts").AlarmDescription).toBe(
      "google_workspace: more than 1 of its tasks failed the health check within one minute. The threshold was chosen. It is for the feed. Runbook: docs/runbook.md#unhealthyhosts",
    );
    for (const name of alarmNames) expect(String(alarm(name).AlarmDescription).length).toBeLessThanOrEqual(1024);
  });

  it("[ALB-9] [REL-6] say whether they wake people: by default a service without a healthy task does", () => {
    const waking = alarmNames.filter((name) => isWaking(String(alarm(name).AlarmDescription)));
    expect(waking).toEqual(["healthyHosts"]);
    const map = { ...fleet, alarms: { ...fleet.alarms, errors5xx: { threshold: 1, wakes: true } } };
    const { AlarmDescription } = alarm("errors5xx", synthesize("prod", map).stack("Alarms"));
    expect(isWaking(String(AlarmDescription))).toBe(true);
  });

  it("[ALB-9] are absent if they are declined, and the template keeps the reason", () => {
    const declined = "Its tools wait for people.";
    const map = withServices({ slack: { ...slack, alarms: { latencyAverage: { declined } } } });
    const template = synthesize("prod", map).stack("Alarms");
    expect(template.all("AWS::CloudWatch::Alarm")).toHaveLength(16);
    expect(template.metadata.DeclinedAlarms).toEqual({ "slack/latencyAverage": declined });
  });

  it("[ALB-9] may all be declined", () => {
    const none = { declined: "A test map." };
    const map = {
      ...fleet,
      alarms: {
        unhealthyHosts: none,
        healthyHosts: none,
        errors5xx: none,
        latencyP95: none,
        latencyP99: none,
        latencyAverage: none,
        memoryUsed: none,
        cpuUsed: none,
      },
    };
    const types = synthesize("prod", map)
      .stack("Alarms")
      .resources.map(({ Type }) => Type);
    expect(types).toEqual(["AWS::CloudFormation::WaitConditionHandle"]);
  });
});

describe("alarms on shares of the requests", () => {
  const rates = prod.stack("Rates");
  const composite = (template: Template = rates) =>
    template.one("AWS::CloudWatch::CompositeAlarm", { AlarmName: "prod-mcp-google-workspace-failedRequests" });
  const slow = (template: Template = rates) => alarm("slowRequests", template);

  it("[REL-6] burn the budget fourteen times too fast over an hour, or six times over six hours, and do so now", () => {
    expect(composite().Properties).toMatchObject({
      AlarmRule: expect.stringMatching(
        /\(ALARM\("\S+1h"\) AND ALARM\("\S+5m"\)\) OR \(ALARM\("\S+6h"\) AND ALARM\("\S+30m"\)\)$/,
      ),
      AlarmActions: alarm("errors5xx").AlarmActions,
      OKActions: alarm("errors5xx").OKActions,
    });
    const shares = ["1h", "5m", "6h", "30m"].map((window) => {
      const { Threshold, Metrics } = alarm(`failedRequests${window}`, rates);
      return [window, Threshold, JSON.stringify(Metrics).match(/"Period":(\d+)/)?.[1]];
    });
    expect(shares).toEqual([
      ["1h", 0.0144, "3600"],
      ["5m", 0.0144, "300"],
      ["6h", 0.006, "21600"],
      ["30m", 0.006, "1800"],
    ]);
  });

  it("[REL-6] follow the map's objective, and wake or do not as it says", () => {
    expect(isWaking(String(composite().Properties.AlarmDescription))).toBe(true);
    const changed = withAlarms({ failedRequests: { objective: 0.99, wakes: false } }).stack("Rates");
    expect(alarm("failedRequests1h", changed).Threshold).toBe(0.144);
    expect(isWaking(String(composite(changed).Properties.AlarmDescription))).toBe(false);
  });

  it("[REL-6] have windows that notify nobody by themselves, and are there before what they make up", () => {
    for (const window of burnWindows) {
      expect(alarm(`failedRequests${window}`, rates)).not.toHaveProperty("AlarmActions");
    }
    expect(composite().DependsOn).toHaveLength(burnWindows.length);
  });

  it("[REL-6] watch how many requests are slower than the threshold of P95, however few there are", () => {
    expect(JSON.stringify(slow().Metrics)).toContain('"Stat":"PR(:1)"');
    expect(slow()).toMatchObject({ Threshold: 0.25, ComparisonOperator: "GreaterThanThreshold" });
    // Nobody is woken for a threshold that nobody measured.
    expect(isWaking(String(slow().AlarmDescription))).toBe(false);
    const measured = withAlarms({ latencyP95: { threshold: 0.4, basis: "measured" }, slowRequests: { share: 0.5 } });
    expect(JSON.stringify(slow(measured.stack("Rates")).Metrics)).toContain('"Stat":"PR(:0.4)"');
    expect(slow(measured.stack("Rates")).Threshold).toBe(0.5);
    expect(isWaking(String(slow(measured.stack("Rates")).AlarmDescription))).toBe(true);
  });

  it("[REL-6] stay within what an alarm may be, and are absent if they are declined", () => {
    for (const { Properties } of [...rates.all("AWS::CloudWatch::Alarm"), composite()]) {
      expect(String(Properties.AlarmDescription).length).toBeLessThanOrEqual(1024);
    }
    const declined = withAlarms({
      failedRequests: { declined: "No one is on call." },
      latencyP95: { declined: "Slow." },
    });
    expect(declined.stack("Rates").resources.map(({ Type }) => Type)).toEqual([
      "AWS::CloudFormation::WaitConditionHandle",
    ]);
    expect(declined.stack("Rates").metadata.DeclinedAlarms).toEqual({
      "google_workspace/failedRequests": "No one is on call.",
      "google_workspace/slowRequests": "Slow.",
    });
  });
});

describe("what tasks use of their size", () => {
  it("[REL-2] rings in three of five minutes, and names the size to choose next", () => {
    const stack = synthesize("prod").stack("Alarms");
    const dimensions = [
      { Name: "ClusterName", Value: "prod-mcp-cluster" },
      { Name: "ServiceName", Value: "prod-mcp-google-workspace" },
    ];
    for (const [name, MetricName, Statistic] of [
      ["memoryUsed", "MemoryUtilization", "Maximum"],
      ["cpuUsed", "CPUUtilization", "Average"],
    ] as const) {
      const rule = { EvaluationPeriods: 5, DatapointsToAlarm: 3, Period: 60, Threshold: 85 };
      expect(alarm(name, stack)).toMatchObject({
        ...rule,
        Namespace: "AWS/ECS",
        MetricName,
        Statistic,
        Dimensions: dimensions,
      });
      expect(alarm(name, stack).AlarmDescription).toMatch(/The next size is cpu: \d+, memory: \d+\./);
    }
    const declined = { declined: "Its heap is fixed." };
    const without = withAlarms({ memoryUsed: declined, cpuUsed: { share: 0.5 } }).stack("Alarms");
    expect(without.all("AWS::CloudWatch::Alarm").map(({ Properties }) => Properties.AlarmName)).not.toContain(
      "prod-mcp-google-workspace-memoryUsed",
    );
    expect(alarm("cpuUsed", without).Threshold).toBe(50);
  });

  it("[REL-2] follows Fargate's sizes", () => {
    expect(nextMemory({ cpu: 256, memory: 512 })).toEqual({ cpu: 256, memory: 1024 });
    expect(nextMemory({ cpu: 256, memory: 2048 })).toEqual({ cpu: 512, memory: 3072 });
    expect(nextMemory({ cpu: 16384, memory: 122880 })).toBeUndefined();
    expect(nextCpu({ cpu: 256, memory: 512 })).toEqual({ cpu: 512, memory: 1024 });
    expect(nextCpu({ cpu: 512, memory: 4096 })).toEqual({ cpu: 1024, memory: 4096 });
    expect(nextCpu({ cpu: 16384, memory: 32768 })).toBeUndefined();
  });
});

describe("the topic", () => {
  const alerts = prod.stack("Alerts");

  it("[ALB-9] is encrypted with a key that CloudWatch may use: it may not use the one AWS manages for SNS", () => {
    const key = alerts.one("AWS::KMS::Key");
    expect(alerts.one("AWS::SNS::Topic").Properties.KmsMasterKeyId).toEqual({ "Fn::GetAtt": [key.id, "Arn"] });
    expect(key.Properties).toMatchObject({
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
            Condition: expect.objectContaining({ StringEquals: { "aws:SourceAccount": "573946584375" } }),
          }),
        ]),
      },
    });
  });

  it("[ALB-9] accepts alarms of this account over TLS: its policy replaces the one SNS gives by default", () => {
    const topic = alerts.one("AWS::SNS::Topic");
    const { PolicyDocument } = alerts.one("AWS::SNS::TopicPolicy", { Topics: [reference(topic)] }).Properties;
    expect(PolicyDocument).toMatchObject({
      Statement: [
        { Effect: "Deny", Action: "sns:Publish", Condition: { Bool: { "aws:SecureTransport": "false" } } },
        {
          Effect: "Allow",
          Action: "sns:Publish",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": "573946584375" } },
        },
      ],
    });
  });

  it("[ALB-9] that exists is used as it is", () => {
    const alarmTopicArn = "arn:aws:sns:us-east-1:573946584375:MCPAlerts";
    const { stack } = synthesize("prod", withStage("prod", { adopt: { alarmTopicArn } }));
    expect(alarm("errors5xx", stack("Alarms")).AlarmActions).toEqual([alarmTopicArn]);
    expect(stack("Alerts").resources.map(({ Type }) => Type)).toEqual(["AWS::CloudFormation::WaitConditionHandle"]);
  });
});
