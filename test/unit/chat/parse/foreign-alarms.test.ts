import { describe, expect, it } from "vitest";
import { cardOf } from "#chat/card/card.ts";
import { noFindings } from "#chat/card/enrichment.ts";
import { linksOf } from "#chat/card/links.ts";
import { decide } from "#chat/decide/decide.ts";
import { groupOf } from "#chat/decide/route.ts";
import { factsOf } from "#chat/incident/facts.ts";
import { headlineOf } from "#chat/incident/headline.ts";
import { parse } from "#chat/parse/index.ts";
import { emptyRecord } from "#chat/record/record.ts";

const home = { stage: "prod", region: "us-east-1", account: "573946584375" };

function read(body: unknown) {
  const parsed = parse(JSON.stringify(body), 0);
  if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
  const { incident } = parsed;
  const facts = Object.fromEntries(factsOf(incident, home).map(({ name, value }) => [name, value]));
  const links = linksOf(incident, home).map(({ url }) => url);
  return { incident, headline: headlineOf(incident), facts, links };
}

const trigger = {
  MetricName: "FreeStorageSpace",
  Namespace: "AWS/RDS",
  StatisticType: "Statistic",
  Statistic: "AVERAGE",
  Unit: "Bytes",
  Dimensions: [{ name: "DBInstanceIdentifier", value: "orders" }],
  Period: 60,
  EvaluationPeriods: 10,
  DatapointsToAlarm: 4,
  ComparisonOperator: "LessThanOrEqualToThreshold",
  Threshold: 2048,
};
const message = (more: object) => ({
  Type: "Notification",
  TopicArn: "arn:aws:sns:sa-east-1:210987654321:team",
  Message: JSON.stringify({
    AlarmName: "orders disk 90%",
    AlarmDescription: "Disk of the order database. Call the platform team.",
    AWSAccountId: "210987654321",
    NewStateValue: "ALARM",
    NewStateReason:
      "Threshold Crossed: 4 out of the last 10 datapoints [1800.0 (04/10/26 06:10:00), 1900.0 (04/10/26 06:09:00)] were less than or equal to the threshold (2048.0).",
    StateChangeTime: "2026-10-04T06:11:12.000+0000",
    Region: "Europe (Stockholm)",
    AlarmArn: "arn:aws:cloudwatch:eu-north-1:210987654321:alarm:orders disk 90%",
    OldStateValue: "OK",
    Trigger: trigger,
    ...more,
  }),
});
const event = (detail: object, region = "eu-north-1") => ({
  "detail-type": "CloudWatch Alarm State Change",
  source: "aws.cloudwatch",
  account: "210987654321",
  region,
  resources: [`arn:aws:cloudwatch:${region}:210987654321:alarm:queue`],
  detail: { alarmName: "queue", configuration: {}, ...detail },
});

describe("an alarm from elsewhere", () => {
  it("[CHAT-11] names the balancer it watches, and spans and sizes as people do", () => {
    const dimensions = [{ name: "LoadBalancer", value: "app/web/50dc6c495c0c9188" }];
    const age = { MetricName: "ApproximateAgeOfOldestMessage", Namespace: "AWS/SQS", Unit: "Seconds", Threshold: 900 };
    const { facts } = read(
      message({ Trigger: { ...trigger, Namespace: "AWS/ApplicationELB", Dimensions: dimensions } }),
    );
    expect(facts.Watches).toBe("AWS/ApplicationELB FreeStorageSpace: LoadBalancer=app/web/50dc6c495c0c9188");
    const NewStateReason =
      "Threshold Crossed: 1 datapoint [5423.0 (04/10/26 06:10:00)] was greater than the threshold (900.0).";
    expect(read(message({ NewStateReason, Trigger: { ...trigger, ...age } })).headline).toMatch(
      /ApproximateAgeOfOldestMessage 1 h 30 min, at most 15 min/,
    );
  });

  it("[CHAT-11] has its value with its unit, M of N as they are, description, dimension and account", () => {
    const { headline, facts } = read(message({}));
    expect(headline).toBe("Average of FreeStorageSpace 1.76 KiB, at most 2 KiB in 4 of 10 min");
    expect(facts).toMatchObject({
      Description: "Disk of the order database. Call the platform team.",
      Watches: "AWS/RDS FreeStorageSpace: DBInstanceIdentifier=orders",
      Account: "210987654321, eu-north-1",
    });
  });

  it.each([
    ["arn:aws:cloudwatch:eu-north-1:210987654321:alarm:x", "https://eu-north-1.console.aws.amazon.com/"],
    ["arn:aws-cn:cloudwatch:cn-northwest-1:210987654321:alarm:x", "https://cn-northwest-1.console.amazonaws.cn/"],
    [
      "arn:aws-us-gov:cloudwatch:us-gov-east-1:210987654321:alarm:x",
      "https://us-gov-east-1.console.amazonaws-us-gov.com/",
    ],
    [
      "arn:aws-eusc:cloudwatch:eusc-de-east-1:210987654321:alarm:x",
      "https://eusc-de-east-1.console.amazonaws-eusc.eu/",
    ],
    ["arn:aws:cloudwatch:evil.example/#:210987654321:alarm:x", "https://us-east-1.console.aws.amazon.com/"],
  ])("[CHAT-11] is linked in its own region and partition: %s", (AlarmArn, url) => {
    expect(read(message({ AlarmArn })).links[0]).toContain(url);
  });

  it.each([
    ["Europe (Stockholm)", "eu-north-1"],
    ["US West - Oregon", "us-west-2"],
    ["somewhere new", "sa-east-1"],
  ])("[CHAT-11] without an ARN is where its message says, in words, or its topic is: %s", (Region, region) => {
    expect(read(message({ Region, AlarmArn: undefined })).links[0]).toContain(`https://${region}.console`);
  });

  it("[CHAT-11] has a value that an old reason has in parentheses", () => {
    const NewStateReason = "Threshold Crossed: 1 datapoint (1500.5) was less than or equal to the threshold (2048.0).";
    expect(read(message({ NewStateReason })).headline).toContain("FreeStorageSpace 1.47 KiB");
  });

  it("[CHAT-11] that is an anomaly has its band, whichever way it comes", () => {
    const reason =
      "Thresholds Crossed: 1 out of the last 1 datapoints [9.0 (04/10/26 06:10:00)] was less than the lower thresholds [12.5] or greater than the upper thresholds [20.0]";
    const metrics = [
      {
        id: "m1",
        returnData: true,
        metricStat: {
          metric: { namespace: "AWS/SQS", name: "NumberOfMessagesSent", dimensions: { QueueName: "q" } },
          period: 60,
          stat: "Sum",
        },
      },
      { id: "ad1", expression: "ANOMALY_DETECTION_BAND(m1, 2)", returnData: true },
    ];
    const reasonData = JSON.stringify({
      recentDatapoints: [9],
      recentLowerThresholds: [12.5],
      recentUpperThresholds: [20],
    });
    for (const state of [
      { value: "ALARM", reason },
      { value: "ALARM", reasonData },
    ]) {
      const { headline, facts } = read(event({ state, configuration: { metrics } }));
      expect(headline).toBe("NumberOfMessagesSent 9, outside its expected band (12.5 to 20)");
      expect(facts.Watches).toBe("AWS/SQS NumberOfMessagesSent: QueueName=q");
    }
  });

  it.each([
    ["greater than the upper thresholds [20.0]", "up to 20"],
    ["less than the lower thresholds [12.5]", "from 12.5"],
  ])(
    "[CHAT-11] that is an anomaly at one edge of its band names that edge, not the band as what is measured: %s",
    (crossed, band) => {
      const NewStateReason = `Thresholds Crossed: 1 out of the last 1 datapoints [9.0 (04/10/26 06:10:00)] was ${crossed} (minimum 1 datapoint for OK -> ALARM transition).`;
      const Metrics = [
        { Id: "ad1", Expression: "ANOMALY_DETECTION_BAND(m1, 2)", Label: "Sent (expected)", ReturnData: true },
        { Id: "m1", Label: "Sent", ReturnData: true, MetricStat: { Metric: { MetricName: "Sent", Namespace: "X" } } },
      ];
      const anomaly = { Metrics, ThresholdMetricId: "ad1", Period: 60, EvaluationPeriods: 1 };
      expect(read(message({ NewStateReason, Trigger: anomaly })).headline).toBe(
        `Sent 9, outside its expected band (${band})`,
      );
    },
  );

  it("[CHAT-11] names the account whose metric it watches", () => {
    const MetricStat = { Metric: { MetricName: "Depth", Namespace: "X", Dimensions: [] }, Stat: "Sum" };
    const Metrics = [{ Id: "m", AccountId: "111122223333", ReturnData: true, MetricStat }];
    const { facts } = read(message({ Trigger: { Metrics, Threshold: 1 } }));
    expect(facts.Watches).toBe("X Depth (account 111122223333)");
  });

  it.each([
    ["AWS/RDS", "FreeStorageSpace", 2 ** 31, "2 GiB"],
    ["AWS/SQS", "ApproximateAgeOfOldestMessage", 3_600, "1 h"],
    ["AWS/Lambda", "Duration", 12_000, "12 s"],
    ["AWS/Events", "Invocations", 12_000, "12000"],
  ])("[CHAT-11] without a unit has that of AWS's own metric: %s %s", (Namespace, MetricName, Threshold, said) => {
    const { headline } = read(message({ Trigger: { ...trigger, Unit: null, Namespace, MetricName, Threshold } }));
    expect(headline).toContain(`at most ${said} in`);
  });

  it("[CHAT-11] of which its reason is all that is known says its value and its limit", () => {
    const NewStateReason =
      "Threshold Crossed: 1 datapoint [17.0 (04/10/26 06:10:00)] was greater than the threshold (5.0).";
    const log = { LogGroups: ["/aws/lambda/pay"], QueryString: "stats count(*)" };
    for (const more of [log, {}])
      expect(read(message({ ...more, NewStateReason, Trigger: undefined })).headline).toBe(
        "orders disk 90%: 17, above 5",
      );
  });

  it("[CHAT-7] is not named twice where nothing else is known, and a long name leaves room for what happened", () => {
    const titleOf = (more: object) => {
      const { incident } = read(message({ Trigger: undefined, NewStateReason: undefined, ...more }));
      const policy = {
        now: 0,
        repeatAfterMs: 1,
        isMuted: () => false,
        endingOf: () => undefined,
        isRouted: () => true,
      };
      const decided = decide(emptyRecord, [incident], policy).message;
      return decided && cardOf(decided, groupOf(incident), noFindings, home, 0).title;
    };
    expect(titleOf({})).toBe("Alarm orders disk 90%");
    const long = titleOf({
      AlarmName: `TargetTracking-${"x".repeat(160)}-AlarmHigh`,
      Trigger: { ...trigger, Unit: null },
    });
    expect(long).toMatch(
      /^Alarm TargetTracking-x+ … x+-AlarmHigh: Average of FreeStorageSpace, at most 2 KiB in 4 of 10 min$/,
    );
  });

  it("[CHAT-11] on a query is no query in its headline", () => {
    const metrics = [
      { id: "q", expression: 'SELECT MAX(Depth) FROM SCHEMA("App", Queue) GROUP BY Queue', returnData: true },
    ];
    const parent = read(
      event({
        state: { value: "ALARM", reason: "2 out of 7 time series evaluated to ALARM" },
        configuration: { metrics },
      }),
    );
    expect([parent.headline, parent.facts.Query]).toEqual([
      "queue: 2 of 7 time series in alarm",
      metrics[0]?.expression,
    ]);
    const reason = "Threshold Crossed: 1 datapoint [31.0 (04/10/26 06:10:00)] was greater than the threshold (25.0).";
    const contributor = read({
      ...event({
        state: { value: "ALARM", reason },
        configuration: { metrics },
        alarmContributor: { id: "c1", attributes: { Queue: "mail" } },
      }),
      "detail-type": "CloudWatch Alarm Contributor State Change",
    });
    expect(contributor.headline).toBe("MAX(Depth) 31, above 25 (Queue=mail)");
  });

  it("[CHAT-11] on a log names its groups and its query, and links to them", () => {
    const more = { Trigger: undefined, LogGroups: ["/aws/lambda/pay"], QueryString: "filter @message like /refused/" };
    const { facts, links } = read(message(more));
    expect(facts).toMatchObject({ "Log groups": "/aws/lambda/pay", Query: "filter @message like /refused/" });
    expect(links.join()).toContain("logsV2:log-groups/log-group/$252Faws$252Flambda$252Fpay");
  });

  it("[CHAT-11] that is handed to a function and passed on is read as any other, and ends as well", () => {
    const action = (value: string) => ({
      source: "aws.cloudwatch",
      alarmArn: "arn:aws:cloudwatch:eu-north-1:210987654321:alarm:queue",
      accountId: "210987654321",
      region: "eu-north-1",
      alarmData: {
        alarmName: "queue",
        state: { value, reason: "too deep", timestamp: "2026-10-04T06:11:12.000+0000" },
        configuration: {},
      },
    });
    const [firing, resolved] = [read(action("ALARM")).incident, read(action("OK")).incident];
    expect([firing.phase, resolved.phase, firing.subject === resolved.subject]).toEqual(["firing", "resolved", true]);
  });

  it("[CHAT-11] whose actions CloudWatch suppresses is not told of", () => {
    const state = { value: "ALARM", actionsSuppressedBy: "Alarm", reason: "x" };
    expect(parse(JSON.stringify(event({ state, configuration: { alarmRule: "ALARM(a)" } })), 0).kind).toBe("ignored");
  });

  it.each([
    ["its service in ECS", { ServiceName: "prod-mcp-google-workspace", ClusterName: "prod-mcp-cluster" }],
    ["its log group", { LogGroupName: "/ecs/prod/mcp/google_workspace" }],
    ["its own dimension", { "mcp-service": "google-workspace" }],
  ])("[CHAT-11] belongs to the service that a dimension names: %s", (_, dimensions) => {
    const Dimensions = Object.entries(dimensions).map(([name, value]) => ({ name, value }));
    expect(read(message({ Trigger: { ...trigger, Dimensions } })).incident.service).toBe("google_workspace");
    const Metrics = [
      { Id: "e", Expression: "m*2", ReturnData: true },
      { Id: "m", MetricStat: { Metric: { MetricName: "X", Namespace: "Y", Dimensions }, Stat: "Sum" } },
    ];
    expect(read(message({ Trigger: { ...trigger, MetricName: undefined, Metrics } })).incident.service).toBe(
      "google_workspace",
    );
  });

  it("[CHAT-11] that combines alarms of one service belongs to it, at its beginning and at its end", () => {
    const AlarmRule = 'ALARM("prod-mcp-wiki-errors5xx") AND ALARM("prod-mcp-wiki-latencyP95")';
    for (const NewStateValue of ["ALARM", "OK"])
      expect(read(message({ AlarmRule, NewStateValue, Trigger: undefined })).incident.service).toBe("wiki");
  });
});
