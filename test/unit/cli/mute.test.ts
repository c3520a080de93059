import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "#chat/parse/index.ts";
import { queryAcknowledgements } from "#chat/record/acknowledgement-table.ts";
import { queryMutes } from "#chat/record/mute-table.ts";
import { names } from "#fleet";
import { openEmptyCloud } from "../../endpoint/empty-cloud.ts";
import { createIncidentsTable } from "../../fixture/incidents-table.ts";
import { expectRefusal, fleet } from "./newcomer/operator.ts";

const AlarmName = names.alarm("local", "google_workspace", "errors5xx");
const table = names.incidentTable("local");
let cloud: Awaited<ReturnType<typeof openEmptyCloud>>;
let dynamo: DynamoDBClient;
let cloudWatch: CloudWatchClient;
let sqs: SQSClient;

beforeAll(async () => {
  cloud = await openEmptyCloud();
  const settings = {
    region: "us-east-1",
    endpoint: cloud.env.AWS_ENDPOINT_URL,
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
  [dynamo, cloudWatch, sqs] = [new DynamoDBClient(settings), new CloudWatchClient(settings), new SQSClient(settings)];
  await createIncidentsTable(dynamo, table);
  const metric = {
    Namespace: "AWS/ApplicationELB",
    MetricName: "HTTPCode_Target_5XX_Count",
    Statistic: "Sum",
  } as const;
  const rule = { Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" } as const;
  await cloudWatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...rule }));
});
afterAll(async () => {
  dynamo.destroy();
  cloudWatch.destroy();
  sqs.destroy();
  await cloud.close();
});

const alarms = (...args: readonly string[]) => fleet(["alarms", ...args, "--stage", "local"], { env: cloud.env });
const mutes = (now = Date.now()) => queryMutes(dynamo, table, now);

describe("fleet alarms mute", () => {
  it("[CHAT-5] lasts an hour unless told otherwise, with who decided it and why, and then ends by itself", async () => {
    const { code, out } = await alarms("mute", "google", "--reason", "moving the database");
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^google_workspace is muted until (?:[\d-]+ )?\d\d:\d\d UTC by \w+: moving the database\n$/,
      ),
    });
    const [mute] = await mutes();
    expect(mute).toMatchObject({ target: "google_workspace", reason: "moving the database", by: expect.any(String) });
    expect(Number(mute?.until) - Number(mute?.since)).toBe(3_600_000);
    expect((await alarms("list")).out).toMatch(/errors5xx +no data, muted /);
    expect(await mutes(Number(mute?.until))).toEqual([]);
  });

  it("[CHAT-5] replaces an earlier one, may be of one alarm, and ends when somebody says so", async () => {
    await alarms("mute", "google_workspace", "--for", "2h", "--reason", "still moving");
    await alarms("mute", AlarmName, "--for", "5m", "--reason", "known");
    expect((await mutes()).map(({ target, reason }) => [target, reason])).toEqual(
      expect.arrayContaining([
        ["google_workspace", "still moving"],
        [AlarmName, "known"],
      ]),
    );
    await alarms("mute", "google_workspace", "--off");
    await alarms("mute", AlarmName, "--off");
    expect(await mutes()).toEqual([]);
  });

  it("[CHAT-5] is never for ever, and never without a reason", async () => {
    expectRefusal(await alarms("mute", "google_workspace"), { code: 2, says: /^Why\? .* --reason "deploying"/ });
    const long = await alarms("mute", "google_workspace", "--for", "52w", "--reason", "noise");
    expectRefusal(long, { code: 2, says: /up to 7d.*chat\.mutes/ });
    expectRefusal(await alarms("mute", "google_workspace", "--for", "0h", "--reason", "x"), { code: 2, says: /--for/ });
    expect(await mutes()).toEqual([]);
  });

  it("[CHAT-5] --off also ends what somebody silenced in CloudWatch itself", async () => {
    await cloudWatch.send(new DisableAlarmActionsCommand({ AlarmNames: [AlarmName] }));
    expect((await alarms("mute", "google_workspace", "--off")).code).toBe(0);
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
    expect(MetricAlarms?.[0]?.ActionsEnabled).toBe(true);
  });
});

describe("fleet alarms close", () => {
  it("[CHAT-9] asks the road to the chats to end what lasts of a service, in the operator's name", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: names.alarmQueue("local") }));
    expect((await alarms("close", "google")).out).toMatch(/^What lasts of google_workspace is closed .* by \w+\.\n$/);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(parse(Messages?.[0]?.Body ?? "", 0)).toEqual({
      kind: "closing",
      target: "google_workspace",
      by: expect.stringMatching(/^\w+$/),
    });
  });

  it("[CHAT-14] acknowledge does what the button in Slack does: it is recorded, and the road is woken", async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: names.alarmQueue("local") }));
    expect((await alarms("acknowledge", "google")).out).toMatch(/^What lasts of google_workspace is yours, \w+: /);
    const taken = await queryAcknowledgements(dynamo, names.incidentTable("local"));
    expect(taken.get("google_workspace")).toMatchObject({ by: expect.stringMatching(/^\w+$/), at: expect.any(Number) });
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(parse(Messages?.[0]?.Body ?? "", 0)).toEqual({ kind: "tick" });
    expectRefusal(await alarms("acknowledge", "gogle"), { code: 2, says: /no service gogle/ });
  });

  it("[CHAT-9] knows the stage's services", async () => {
    expectRefusal(await alarms("close", "gogle"), { code: 2, says: /no service gogle .* Did you mean/ });
  });
});
