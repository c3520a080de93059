import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  paginateGetMetricData,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BusEvent } from "#endpoint/core/ports.ts";
import { type CloudWatch, createCloudWatch } from "#endpoint/services/cloudwatch/service.ts";
import { account, type Served, serve, stackContext, TurnedClock } from "../serve.ts";

const start = Date.UTC(2026, 10, 23, 1, 30);
const topicArn = `arn:aws:sns:us-east-1:${account}:MCPAlerts`;
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:notify`;
const minute = 60_000;

let clock: TurnedClock;
let events: BusEvent[];
let messages: {
  readonly topic: string;
  readonly subject: string | undefined;
  readonly body: Record<string, unknown>;
}[];
let invocations: Record<string, unknown>[];
let served: Served<CloudWatch>;
let client: CloudWatchClient;

beforeEach(async () => {
  clock = new TurnedClock(start);
  [events, messages, invocations] = [[], [], []];
  served = await serve(
    (place) =>
      createCloudWatch({
        place,
        clock,
        bus: { put: (event) => void events.push(event) },
        topics: {
          async publish(topic, { subject, body }) {
            if (topic.endsWith(":gone")) throw new Error("Topic does not exist");
            messages.push({ topic, subject, body: JSON.parse(body) });
          },
        },
        functions: { enqueue: (_name, payload) => void invocations.push(JSON.parse(payload)) },
        log: () => undefined,
      }),
    (made) => [made.service],
  );
  client = new CloudWatchClient(served.client);
});
afterEach(async () => {
  client.destroy();
  await served.close();
});

/** Lets the time pass second by second, and the evaluation with it. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5_000) {
    clock.turn(5_000);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const unhealthy: PutMetricAlarmCommandInput = {
  AlarmName: "local-mcp-google-workspace-unhealthy-hosts",
  AlarmDescription: "Hosts that fail their health check",
  Namespace: "AWS/ApplicationELB",
  MetricName: "UnHealthyHostCount",
  Dimensions: [
    { Name: "TargetGroup", Value: "targetgroup/local-mcp-google-workspace-tg/1" },
    { Name: "LoadBalancer", Value: "app/local-mcp-alb/1" },
  ],
  Statistic: "Maximum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: "GreaterThanThreshold",
  TreatMissingData: "notBreaching",
  AlarmActions: [topicArn],
  OKActions: [topicArn],
};

const report = (value: number, at = clock.now()) =>
  served.made.metrics.put({
    namespace: "AWS/ApplicationELB",
    metric: "UnHealthyHostCount",
    dimensions: {
      LoadBalancer: "app/local-mcp-alb/1",
      TargetGroup: "targetgroup/local-mcp-google-workspace-tg/1",
    },
    value,
    at,
  });

async function stateOf(AlarmName: string) {
  const { MetricAlarms, CompositeAlarms } = await client.send(
    new DescribeAlarmsCommand({ AlarmNames: [AlarmName], AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
  );
  return MetricAlarms?.[0] ?? CompositeAlarms?.[0];
}

it("tells IAM the namespace that metrics are written to, by which a policy may hold a role to its own", () => {
  const { service } = served.made;
  const call = { Namespace: "MCPFleet", MetricData: [] };
  const keys = (operation: string, input: unknown): unknown =>
    Reflect.apply(service.conditionKeysOf ?? expect.fail(), service, [operation, input]);
  expect(keys("PutMetricData", call)).toEqual({ "cloudwatch:namespace": "MCPFleet" });
  expect(keys("ListMetrics", call)).toEqual({});
});

describe("alarms", () => {
  it("[ALB-9] go off and recover by what the balancer reports, and notify topic and bus in AWS's shapes", async () => {
    await client.send(new PutMetricAlarmCommand(unhealthy));
    expect(await stateOf(unhealthy.AlarmName ?? "")).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Unchecked: Initial alarm creation",
    });
    const bare = { ...unhealthy, AlarmName: "bare", TreatMissingData: undefined, AlarmActions: [] };
    await client.send(new PutMetricAlarmCommand(bare));
    expect(await stateOf("bare")).not.toHaveProperty("TreatMissingData");
    expect(await stateOf("bare")).toMatchObject({ AlarmActions: [] });
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ["bare"] }));
    report(2);
    await pass(75_000);
    const alarm = await stateOf(unhealthy.AlarmName ?? "");
    expect(alarm).toMatchObject({
      StateValue: "ALARM",
      StateReason: "Threshold Crossed: 1 datapoint [2.0 (23/11/26 01:30:00)] was greater than the threshold (1.0).",
    });
    expect(JSON.parse(alarm?.StateReasonData ?? "")).toEqual({
      version: "1.0",
      queryDate: expect.stringMatching(/^2026-11-23T01:31:\d\d\.\d{3}\+0000$/),
      startDate: "2026-11-23T01:30:00.000+0000",
      statistic: "Maximum",
      period: 60,
      recentDatapoints: [2],
      threshold: 1,
      evaluatedDatapoints: [{ timestamp: "2026-11-23T01:30:00.000+0000", sampleCount: 1, value: 2 }],
    });
    const raised = messages.at(-1);
    expect(raised?.subject).toBe(`ALARM: "${unhealthy.AlarmName}" in US East (N. Virginia)`);
    expect(raised?.body).toEqual({
      AlarmName: unhealthy.AlarmName,
      AlarmDescription: "Hosts that fail their health check",
      AWSAccountId: account,
      AlarmConfigurationUpdatedTimestamp: "2026-11-23T01:30:00.000+0000",
      NewStateValue: "ALARM",
      NewStateReason: alarm?.StateReason,
      StateChangeTime: expect.stringMatching(/^2026-11-23T01:31:\d\d\.\d{3}\+0000$/),
      Region: "US East (N. Virginia)",
      AlarmArn: `arn:aws:cloudwatch:us-east-1:${account}:alarm:${unhealthy.AlarmName}`,
      OldStateValue: "OK",
      OKActions: [topicArn],
      AlarmActions: [topicArn],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: "UnHealthyHostCount",
        Namespace: "AWS/ApplicationELB",
        StatisticType: "Statistic",
        Statistic: "MAXIMUM",
        Unit: null,
        Dimensions: unhealthy.Dimensions?.map(({ Name, Value }) => ({ name: Name, value: Value })),
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: "GreaterThanThreshold",
        Threshold: 1,
        TreatMissingData: "notBreaching",
        EvaluateLowSampleCountPercentile: "",
      },
    });
    expect(events.at(-1)).toMatchObject({
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm State Change",
      resources: [`arn:aws:cloudwatch:us-east-1:${account}:alarm:${unhealthy.AlarmName}`],
      detail: {
        alarmName: unhealthy.AlarmName,
        state: { value: "ALARM", reason: alarm?.StateReason, reasonData: alarm?.StateReasonData },
        previousState: { value: "OK" },
        configuration: {
          description: "Hosts that fail their health check",
          metrics: [
            {
              id: expect.any(String),
              metricStat: {
                metric: { namespace: "AWS/ApplicationELB", name: "UnHealthyHostCount" },
                period: 60,
                stat: "Maximum",
              },
              returnData: true,
            },
          ],
        },
      },
    });
    report(0);
    await pass(75_000);
    expect(await stateOf(unhealthy.AlarmName ?? "")).toMatchObject({
      StateValue: "OK",
      StateReason: "Threshold Crossed: 1 datapoint [0.0 (23/11/26 01:31:00)] was not greater than the threshold (1.0).",
    });
    expect(messages.at(-1)?.body).toMatchObject({ NewStateValue: "OK", OldStateValue: "ALARM" });
    expect(messages.map(({ body }) => body.NewStateValue)).toEqual(["OK", "ALARM", "OK"]);
  });

  it.each([
    [
      "notBreaching",
      "OK",
      "no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
    ],
    [
      "breaching",
      "ALARM",
      "no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].",
    ],
  ] as const)(
    "[AWS-10] wait a whole period before they treat missing data as %s",
    async (TreatMissingData, state, reason) => {
      await client.send(new PutMetricAlarmCommand({ ...unhealthy, TreatMissingData }));
      // A whole period must have passed since the alarm was made: what is missing from before it says nothing yet.
      await pass(15_000);
      expect((await stateOf(unhealthy.AlarmName ?? ""))?.StateValue).not.toBe("ALARM");
      await pass(2 * minute);
      expect(await stateOf(unhealthy.AlarmName ?? "")).toMatchObject({
        StateValue: state,
        StateReason: `Threshold Crossed: ${reason}`,
      });
    },
  );

  it("go to INSUFFICIENT_DATA when data stops, in CloudWatch's words", async () => {
    await client.send(
      new PutMetricAlarmCommand({ ...unhealthy, TreatMissingData: "missing", InsufficientDataActions: [topicArn] }),
    );
    report(0);
    await pass(75_000);
    expect((await stateOf(unhealthy.AlarmName ?? ""))?.StateValue).toBe("OK");
    await pass(4 * minute);
    expect(await stateOf(unhealthy.AlarmName ?? "")).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Insufficient Data: 1 datapoint was unknown.",
    });
    expect(messages.at(-1)?.body.NewStateValue).toBe("INSUFFICIENT_DATA");
  });

  it("count M out of N, and say so", async () => {
    await client.send(new PutMetricAlarmCommand({ ...unhealthy, EvaluationPeriods: 3, DatapointsToAlarm: 2 }));
    report(2);
    report(0, start + minute);
    report(3, start + 2 * minute);
    await pass(3 * minute + 15_000);
    expect((await stateOf(unhealthy.AlarmName ?? ""))?.StateReason).toBe(
      "Threshold Crossed: 2 out of the last 3 datapoints [3.0 (23/11/26 01:32:00), 2.0 (23/11/26 01:30:00)] were greater than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).",
    );
  });

  it("[FIX-1] ignore a percentile until it has enough samples, and have no Statistic in its trigger", async () => {
    const { Statistic: _, ...rest } = unhealthy;
    const ExtendedStatistic = "p95";
    const latency = { ...rest, ExtendedStatistic, EvaluateLowSampleCountPercentile: "ignore", Threshold: 0.5 };
    await client.send(new PutMetricAlarmCommand(latency));
    for (let sample = 0; sample < 199; sample += 1) report(2);
    await pass(75_000);
    expect((await stateOf(unhealthy.AlarmName ?? ""))?.StateValue).not.toBe("ALARM");
    for (let sample = 0; sample < 200; sample += 1) report(2);
    await pass(75_000);
    expect((await stateOf(unhealthy.AlarmName ?? ""))?.StateValue).toBe("ALARM");
    expect(messages.at(-1)?.body.Trigger).toMatchObject({
      StatisticType: "ExtendedStatistic",
      ExtendedStatistic: "p95",
      EvaluateLowSampleCountPercentile: "ignore",
    });
    expect(messages.at(-1)?.body.Trigger).not.toHaveProperty("Statistic");
  });

  it("watch metric math", async () => {
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: "Fleet", MetricName }, Period: 60, Stat: "Sum" },
      ReturnData: false,
    });
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: "error-rate",
        Metrics: [
          { Id: "rate", Expression: "100 * errors / requests", Label: "Error rate", ReturnData: true },
          metric("errors", "Errors"),
          metric("requests", "Requests"),
        ],
        EvaluationPeriods: 1,
        Threshold: 5,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        AlarmActions: [topicArn],
      }),
    );
    await client.send(
      new PutMetricDataCommand({
        Namespace: "Fleet",
        MetricData: [
          { MetricName: "Errors", Value: 1, Timestamp: new Date(start) },
          { MetricName: "Requests", Values: [10], Counts: [2], Timestamp: new Date(start) },
        ],
      }),
    );
    await pass(75_000);
    expect((await stateOf("error-rate"))?.StateReason).toBe(
      "Threshold Crossed: 1 datapoint [5.0 (23/11/26 01:30:00)] was greater than or equal to the threshold (5.0).",
    );
    const trigger = messages.at(-1)?.body.Trigger;
    expect(trigger).not.toHaveProperty("MetricName");
    expect(trigger).toMatchObject({
      Metrics: [
        { Expression: "100 * errors / requests", Id: "rate", Label: "Error rate", ReturnData: true },
        { Id: "errors", MetricStat: { Metric: { MetricName: "Errors" }, Period: 60, Stat: "Sum" }, ReturnData: false },
        { Id: "requests" },
      ],
    });
  });

  it("combine, and name the child that made the composite change", async () => {
    for (const AlarmName of ["a", "b"]) await client.send(new PutMetricAlarmCommand({ ...unhealthy, AlarmName }));
    const set = (AlarmName: string, StateValue: "OK" | "ALARM") =>
      client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: "test" }));
    await client.send(
      new PutCompositeAlarmCommand({
        AlarmName: "both",
        AlarmRule: 'ALARM("a") AND ALARM(b)',
        AlarmActions: [topicArn],
      }),
    );
    expect((await stateOf("both"))?.StateReason).toMatch(/:alarm:both was created and its alarm rule evaluates to OK$/);
    await set("a", "ALARM");
    expect((await stateOf("both"))?.StateValue).toBe("OK");
    await set("b", "ALARM");
    const childArn = `arn:aws:cloudwatch:us-east-1:${account}:alarm:b`;
    expect(await stateOf("both")).toMatchObject({
      StateValue: "ALARM",
      StateReason: `${childArn} transitioned to ALARM at Monday 23 November, 2026 01:30:00 UTC`,
    });
    const raised = messages.find(({ body }) => body.AlarmName === "both")?.body;
    expect(raised).not.toHaveProperty("Trigger");
    expect(raised).toMatchObject({
      AlarmRule: 'ALARM("a") AND ALARM(b)',
      TriggeringChildren: [{ Arn: childArn, State: { Value: "ALARM", Timestamp: "2026-11-23T01:30:00.000+0000" } }],
    });
    expect(events.at(-1)?.detail).toMatchObject({ configuration: { alarmRule: 'ALARM("a") AND ALARM(b)' } });
    await expect(
      client.send(new PutCompositeAlarmCommand({ AlarmName: "none", AlarmRule: "ALARM(nowhere)" })),
    ).rejects.toThrow(/\[nowhere\] in the alarm rule do not exist/);
  });

  it("are set by hand until the next evaluation, invoke functions, keep a history, and can be muted", async () => {
    const AlarmName = unhealthy.AlarmName ?? "";
    await client.send(
      new PutMetricAlarmCommand({ ...unhealthy, AlarmActions: [functionArn, `${topicArn}:gone`], OKActions: [] }),
    );
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "a drill" }));
    expect(invocations).toMatchObject([
      {
        source: "aws.cloudwatch",
        accountId: account,
        alarmData: { alarmName: AlarmName, state: { value: "ALARM", reason: "a drill" } },
      },
    ]);
    await pass(15_000);
    expect((await stateOf(AlarmName))?.StateValue).toBe("OK");
    await client.send(new DisableAlarmActionsCommand({ AlarmNames: [AlarmName] }));
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "quiet" }));
    expect(invocations).toHaveLength(1);
    expect(events).toHaveLength(3);
    const { AlarmHistoryItems } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "StateUpdate", ScanBy: "TimestampAscending" }),
    );
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      "Alarm updated from INSUFFICIENT_DATA to ALARM",
      "Alarm updated from ALARM to OK",
      "Alarm updated from OK to ALARM",
    ]);
    const actions = await client.send(new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: "Action" }));
    expect(actions.AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary).sort()).toEqual([
      `Failed to execute action ${topicArn}:gone`,
      `Successfully executed action ${functionArn}`,
    ]);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
    await expect(
      client.send(new SetAlarmStateCommand({ AlarmName, StateValue: "OK", StateReason: "gone" })),
    ).rejects.toMatchObject({ name: "ResourceNotFound" });
  });

  it.each([
    ["a period of 45 s", { Period: 45 }, /Period must be 10, 20, 30 or a multiple of 60, it is 45/],
    [
      "more datapoints than periods",
      { DatapointsToAlarm: 2 },
      /DatapointsToAlarm 2 must not exceed EvaluationPeriods 1/,
    ],
    ["more than a day", { EvaluationPeriods: 1441 }, /more than 1 days/],
    ["low samples of an average", { EvaluateLowSampleCountPercentile: "ignore" }, /is for alarms on a percentile/],
    ["anomaly detection", { ComparisonOperator: "GreaterThanUpperThreshold" as const }, /not emulated/],
  ])("refuse %s", async (_name, change, message) => {
    await expect(client.send(new PutMetricAlarmCommand({ ...unhealthy, ...change }))).rejects.toThrow(message);
  });
});

describe("metrics", () => {
  it("are put, listed and read back, as points and by metric math", async () => {
    const Dimensions = [{ Name: "Service", Value: "google" }];
    const at = (minutes: number) => new Date(start + minutes * minute);
    await client.send(
      new PutMetricDataCommand({
        Namespace: "Fleet",
        MetricData: [1, 2, 3].map((Value, index) => ({
          MetricName: "Latency",
          Dimensions,
          Value,
          Unit: "Seconds" as const,
          Timestamp: at(index),
        })),
      }),
    );
    const { Metrics } = await client.send(
      new ListMetricsCommand({ Namespace: "Fleet", Dimensions: [{ Name: "Service" }] }),
    );
    expect(Metrics).toEqual([{ Namespace: "Fleet", MetricName: "Latency", Dimensions }]);
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: "Fleet",
        MetricName: "Latency",
        Dimensions,
        StartTime: at(0),
        EndTime: at(3),
        Period: 180,
        Statistics: ["Average", "SampleCount"],
        ExtendedStatistics: ["p95"],
      }),
    );
    expect(Datapoints).toMatchObject([
      { Timestamp: at(0), Average: 2, SampleCount: 3, Unit: "Seconds", ExtendedStatistics: { p95: 3 } },
    ]);
    const inBytes = await client.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace: "Fleet", MetricName: "Latency", Dimensions, Unit: "Bytes", Statistics: ["Sum"] },
        ...{ StartTime: at(0), EndTime: at(3), Period: 180 },
      }),
    );
    expect(inBytes.Datapoints).toEqual([]);
    const labelled = { Id: "most", Expression: "1", Label: "$" + "{MAX}" };
    await expect(
      client.send(new GetMetricDataCommand({ StartTime: at(0), EndTime: at(3), MetricDataQueries: [labelled] })),
    ).rejects.toThrow("A dynamic label is not emulated");
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: at(0),
        EndTime: at(3),
        ScanBy: "TimestampAscending",
        MetricDataQueries: [
          {
            Id: "latency",
            MetricStat: {
              Metric: { Namespace: "Fleet", MetricName: "Latency", Dimensions },
              Period: 60,
              Stat: "Maximum",
            },
            ReturnData: false,
          },
          { Id: "ms", Expression: "latency * 1000" },
        ],
      }),
    );
    expect(MetricDataResults).toMatchObject([
      { Id: "ms", StatusCode: "Complete", Values: [1000, 2000, 3000], Timestamps: [at(0), at(1), at(2)] },
    ]);
    const Metric = { Namespace: "Fleet", MetricName: "Latency", Dimensions };
    const query = (Stat: string) => ({ Id: Stat.toLowerCase(), MetricStat: { Metric, Period: 60, Stat } });
    const pages = paginateGetMetricData(
      { client },
      {
        StartTime: at(0),
        EndTime: at(3),
        MaxDatapoints: 4,
        ScanBy: "TimestampAscending",
        MetricDataQueries: [query("Maximum"), query("Sum")],
      },
    );
    const read = [];
    for await (const page of pages)
      read.push(page.MetricDataResults?.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]));
    expect(read).toEqual([
      [
        ["maximum", [1, 2, 3], "Complete"],
        ["sum", [1], "PartialData"],
      ],
      [
        ["maximum", [], "Complete"],
        ["sum", [2, 3], "Complete"],
      ],
    ]);
  });
});

describe("AWS::CloudWatch", () => {
  it("creates, updates in place and deletes an alarm with its stack's tags", async () => {
    const provider = served.made.service.resources?.["AWS::CloudWatch::Alarm"];
    if (provider === undefined) throw new Error("AWS::CloudWatch::Alarm is not registered");
    const { AlarmName: _, ...properties } = unhealthy;
    const context = stackContext("Unhealthy", { "sst:stage": "local" });
    const state = await provider.create({ ...properties, Threshold: "1" }, context);
    expect(state.physicalId).toMatch(/^local-alarms-Unhealthy-[A-Z0-9]{12}$/);
    const ResourceARN = String(state.attributes.Arn);
    expect((await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual([
      { Key: "sst:stage", Value: "local" },
    ]);
    await client.send(
      new SetAlarmStateCommand({ AlarmName: state.physicalId, StateValue: "ALARM", StateReason: "kept" }),
    );
    await provider.update(state, { ...properties, Threshold: 3 }, properties, context);
    expect(await stateOf(state.physicalId)).toMatchObject({ Threshold: 3, StateValue: "ALARM" });
    const { MetricName, Namespace, Dimensions } = unhealthy;
    const found = await client.send(new DescribeAlarmsForMetricCommand({ MetricName, Namespace, Dimensions }));
    expect(found.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([state.physicalId]);
    await provider.delete(state, properties, context);
    await provider.delete(state, properties, context);
    expect(await stateOf(state.physicalId)).toBeUndefined();
  });

  it("returns dashboards as they were put", async () => {
    const DashboardBody = '{"widgets":[]}';
    await client.send(new PutDashboardCommand({ DashboardName: "fleet", DashboardBody }));
    expect(await client.send(new GetDashboardCommand({ DashboardName: "fleet" }))).toMatchObject({ DashboardBody });
    await expect(client.send(new PutDashboardCommand({ DashboardName: "fleet", DashboardBody: "{" }))).rejects.toThrow(
      /not valid JSON/,
    );
  });
});
