import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { withButtons, withMail } from "../fixture/buttons.ts";
import fleet from "../fixture/map.ts";
import { synthesize, withStage } from "../synth/synth.ts";
import { attribute } from "../synth/template.ts";
import { statementsOf } from "./statements.ts";

const { stack } = synthesize("prod");
const chat = stack("Chat");
const queueNamed = (name: string) => chat.one("AWS::SQS::Queue", { QueueName: name });

describe("the road to the chats", () => {
  it("[CHAT-1] begins at the alarm topic and ends at the function, with the group wait between", () => {
    const queue = queueNamed("prod-mcp-alarms");
    const subscription = chat.all("AWS::SNS::Subscription").find(({ Properties }) => Properties.Protocol === "sqs");
    expect(subscription?.Properties.Endpoint).toEqual(attribute(queue, "Arn"));
    expect(chat.one("AWS::Lambda::EventSourceMapping").Properties).toMatchObject({
      EventSourceArn: attribute(queue, "Arn"),
      MaximumBatchingWindowInSeconds: 30,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it("[CHAT-3] keeps what no chat accepted: encrypted queues, visibility six times the timeout, a dead-letter queue", () => {
    const lambda = chat.one("AWS::Lambda::Function");
    const queue = queueNamed("prod-mcp-alarms").Properties;
    const dead = queueNamed("prod-mcp-alarms-dead");
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Number(lambda.Properties.Timeout));
    expect(queue.SqsManagedSseEnabled).toBe(true);
    expect(dead.Properties.SqsManagedSseEnabled).toBe(true);
    expect(queue.RedrivePolicy).toEqual({ deadLetterTargetArn: attribute(dead, "Arn"), maxReceiveCount: 50 });
  });

  it("[CHAT-3] hides a message for longer than gathering and posting take, however long the map gathers", () => {
    if (fleet.chat === undefined) throw new Error("The fixture has no chat.");
    const { Properties } = synthesize("prod", { ...fleet, chat: { ...fleet.chat, groupWaitSeconds: 300 } })
      .stack("Chat")
      .one("AWS::SQS::Queue", { QueueName: "prod-mcp-alarms" });
    const { Timeout } = chat.one("AWS::Lambda::Function").Properties;
    expect(Properties.VisibilityTimeout).toBeGreaterThan(300 + Number(Timeout));
  });

  it("[CHAT-3] is watched by alarms that reach people by e-mail, without the function", () => {
    const topic = chat.one("AWS::SNS::Topic", { TopicName: "MCPAlerts-fallback" });
    const isRoadTest = (name: unknown) => name === "prod-mcp-alarm-road";
    const alarms = chat.all("AWS::CloudWatch::Alarm").filter(({ Properties }) => !isRoadTest(Properties.AlarmName));
    expect(alarms.map(({ Properties }) => [Properties.AlarmName, Properties.MetricName])).toEqual([
      ["prod-mcp-alarm-to-chat-errors", "Errors"],
      ["prod-mcp-alarm-to-chat-throttles", "Throttles"],
      ["prod-mcp-chat-undelivered", "ApproximateNumberOfMessagesVisible"],
      ["prod-mcp-chat-waiting", "ApproximateAgeOfOldestMessage"],
    ]);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toEqual([{ Ref: topic.id }]);
    const mail = chat.one("AWS::SNS::Subscription", { Protocol: "email" });
    expect(mail.Properties).toMatchObject({ TopicArn: { Ref: topic.id }, Endpoint: "platform@themailworks.com" });
  });

  it("[CHAT-1] has an alarm to test it with, which notifies the topic and never goes off by itself", () => {
    const { Properties } = chat.one("AWS::CloudWatch::Alarm", { AlarmName: "prod-mcp-alarm-road" });
    const topic = chat.all("AWS::SNS::Subscription").find((one) => one.Properties.Protocol === "sqs");
    expect(Properties).toMatchObject({ TreatMissingData: "notBreaching", Namespace: "MCPFleet" });
    expect(Properties.AlarmActions).toEqual([topic?.Properties.TopicArn]);
    expect(Properties.OKActions).toEqual(Properties.AlarmActions);
  });

  it("[CHAT-4] takes failed deployments, tasks that stopped by themselves and rotations from the bus", () => {
    const patterns = chat.all("AWS::Events::Rule").flatMap(({ Properties }) => Properties.EventPattern ?? []);
    const said = JSON.stringify(patterns);
    for (const part of ["SERVICE_DEPLOYMENT_FAILED", "anything-but", "RotationFailed", "Contributor State Change"]) {
      expect(said).toContain(part);
    }
    for (const { Properties } of chat.all("AWS::Events::Rule")) {
      const dead = attribute(queueNamed("prod-mcp-alarms-dead"), "Arn");
      const Arn = attribute(queueNamed("prod-mcp-alarms"), "Arn");
      expect(Properties.Targets).toMatchObject([{ Arn, DeadLetterConfig: { Arn: dead } }]);
    }
  });

  it("[CHAT-10] takes tasks that failed their health checks and services in trouble, and no task that was asked to stop", () => {
    const patterns = chat
      .all("AWS::Events::Rule")
      .map(({ Properties }) => JSON.stringify(Properties.EventPattern ?? {}));
    const unhealthy = patterns.find(
      (pattern) => pattern.includes("ServiceSchedulerInitiated") && !pattern.includes("anything-but"),
    );
    for (const part of ['{"prefix":"Task failed"}', '{"prefix":"ECS is performing"}'])
      expect(unhealthy).toContain(part);
    const trouble = patterns.find((pattern) => pattern.includes("ECS Service Action"));
    for (const part of ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_STEADY_STATE"])
      expect(trouble).toContain(part);
  });

  it("[CHAT-1] lets the function do what its calls need", () => {
    const allowed = statementsOf(chat)
      .filter(({ resource }) => resource === "alarmtochatRole")
      .flatMap(({ actions }) => actions);
    expect(allowed.sort()).toEqual([
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetMetricData",
      "cloudwatch:ListTagsForResource",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "ecs:DescribeServiceDeployments",
      "ecs:DescribeServiceRevisions",
      "ecs:DescribeServices",
      "ecs:DescribeTaskDefinition",
      "ecs:ListServiceDeployments",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "logs:CreateLogStream",
      "logs:FilterLogEvents",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sts:AssumeRole",
    ]);
  });

  it("[SEC-5] has no webhook and no token in its template", () => {
    const text = JSON.stringify(chat.document);
    expect(text).not.toMatch(/hooks\.slack|xoxb|logic\.azure|chat\.googleapis/);
  });

  it("is not built if the map has no chat", () => {
    const { chat: _, ...silent } = fleet;
    const without = synthesize("prod", silent);
    for (const name of ["Chat", "Tuning"]) expect(without.stack(name).all("AWS::Lambda::Function")).toEqual([]);
    expect(without.stack("Alarms").all("AWS::CloudWatch::Alarm").length).toBeGreaterThan(0);
  });

  it("keeps two stages of one account apart", () => {
    const second = synthesize("dev", withStage("dev", { account: "573946584375" })).stack("Chat");
    const Names = v.object({ QueueName: v.string() });
    const names = second.all("AWS::SQS::Queue").map(({ Properties }) => v.parse(Names, Properties).QueueName);
    expect(names.sort()).toEqual(["dev-mcp-alarms", "dev-mcp-alarms-dead"]);
  });
});

describe("mail as a destination", () => {
  const mailing = synthesize("prod", withMail(fleet)).stack("Chat");
  const topic = mailing.one("AWS::SNS::Topic", { TopicName: "prod-mcp-mail-on-call" });

  it("[CHAT-12] is an encrypted topic of its own, to which each address is subscribed", () => {
    expect(topic.Properties.KmsMasterKeyId).toBeDefined();
    const mails = mailing
      .all("AWS::SNS::Subscription")
      .filter(({ Properties }) => JSON.stringify(Properties.TopicArn) === JSON.stringify({ Ref: topic.id }));
    expect(mails.map(({ Properties: { Protocol, Endpoint } }) => [Protocol, Endpoint])).toEqual([
      ["email", "on-call@example.com"],
      ["email", "boss@example.com"],
    ]);
  });

  it("[CHAT-12] lets the function publish to it, and to nothing where the map has no mail", () => {
    const publishes = (of: typeof chat) =>
      statementsOf(of).filter(
        ({ resource, actions }) => resource === "alarmtochatRole" && actions.includes("sns:Publish"),
      );
    expect(publishes(mailing)).toHaveLength(1);
    expect(JSON.stringify(publishes(mailing)[0]?.on)).toContain("oncallmail");
    expect(publishes(chat)).toEqual([]);
  });
});

describe("the door for buttons", () => {
  const withDoor = synthesize("prod", withButtons(fleet)).stack("Chat");

  it("[CHAT-14] is not there unless the map turns it on for the stage", () => {
    expect(chat.all("AWS::Lambda::Url")).toEqual([]);
    expect(JSON.stringify(chat.document)).not.toContain("answer-button");
  });

  it("[CHAT-14] is a function URL that anybody may call, with what it verifies by, and few calls at once", () => {
    const lambda = withDoor.one("AWS::Lambda::Function", { FunctionName: "prod-mcp-answer-button" });
    expect(withDoor.one("AWS::Lambda::Url").Properties).toEqual({
      AuthType: "NONE",
      TargetFunctionArn: attribute(lambda, "Arn"),
    });
    expect(lambda.Properties).toMatchObject({
      ReservedConcurrentExecutions: 5,
      Environment: {
        Variables: {
          ALLOWED_USERS: '["U0LOCALYOU"]',
          SIGNING_SECRET_KEY: "SLACK_SIGNING_SECRET",
          SIGNING_PLACEHOLDER: "replace-me",
        },
      },
    });
    const granted = withDoor.all("AWS::Lambda::Permission").filter(({ Properties }) => Properties.Principal === "*");
    expect(granted.map(({ Properties: { FunctionName: _, ...rest } }) => rest)).toEqual([
      { Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE", Principal: "*" },
      { Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true, Principal: "*" },
    ]);
  });

  it("[CHAT-14] may write what people decided, wake the road, and read its own secret: no webhook, no record", () => {
    const statements = statementsOf(withDoor).filter(({ resource }) => resource === "answerbuttonRole");
    expect(statements.flatMap(({ actions: all }) => all).sort()).toEqual([
      "dynamodb:PutItem",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
      "sqs:SendMessage",
      "sts:AssumeRole",
    ]);
    const policies = JSON.stringify(withDoor.all("AWS::IAM::Role").map(({ Properties }) => Properties.Policies));
    expect(policies).toContain('"dynamodb:LeadingKeys":["#acknowledgements","#mutes"]');
    const read = statements.find(({ actions: all }) => all.includes("secretsmanager:GetSecretValue"));
    expect(JSON.stringify(read?.on)).toMatch(/slackapp/i);
  });

  it("[CHAT-14] is named to whoever sets up the Slack app", () => {
    expect(JSON.stringify(withDoor.document)).toContain("SlackRequestUrl");
  });
});
