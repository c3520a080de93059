import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { ArnFormat, Duration } from "aws-cdk-lib/core";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { chatPauseSeconds, chatRunSeconds } from "#fleet/timing.ts";
import { Alerts } from "../alarms/alerts.ts";
import { useKey } from "../encryption/encryption.ts";
import { secretKeyStatements, tableKeyStatements, topicKeyStatements } from "../encryption/key-use.ts";
import { tableEncryption } from "../encryption/table.ts";
import { keepWhileProtected } from "../parts/durability.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import { Secrets } from "../secrets/secrets.ts";
import { type Stack, type StackContext, use } from "../sst.ts";
import { createDoor } from "./door.ts";
import { createMailTopics } from "./mail.ts";
import { createRoadAlarm } from "./road-alarm.ts";
import { createRules } from "./rules.ts";
import { createFallback, watchRoad } from "./watch.ts";

/** Half a day at the longest pause, as a chat that is down may come back; the first attempts follow each other sooner. */
const attempts = 2 + Math.ceil(Duration.hours(12).toSeconds() / chatPauseSeconds);

/**
 * Six times the function's timeout and the batch window, as AWS advises: a message is hidden while others are gathered.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
function visibilityOf({ groupWaitSeconds }: ChatPlan): Duration {
  return Duration.seconds(6 * chatRunSeconds + groupWaitSeconds);
}

/** The road from the alarm topic and the event bus to the chats; nothing if the stage has no chat. */
export function Chat({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { chat } = plan;
  if (chat === undefined || Object.keys(chat.destinations).length === 0) return undefined;
  const { queue, deadLetters } = createQueues(stack, plan, chat);
  const topic = sns.Topic.fromTopicArn(stack, "AlarmTopic", use(Alerts).topicArn);
  topic.addSubscription(new subscriptions.SqsSubscription(queue, { deadLetterQueue: deadLetters }));
  createRules(stack, plan, new targets.SqsQueue(queue, { deadLetterQueue: deadLetters }));
  const table = createTable(stack, plan);
  const fallback = createFallback(stack, plan, chat);
  const topics = createMailTopics(stack, plan, chat);
  const room = createFunction(stack, plan, chat, { queue, table, fallback, topics });
  new lambda.CfnEventSourceMapping(stack, "AlarmsToFunction", {
    functionName: room.functionArn,
    eventSourceArn: queue.queueArn,
    // As many as there are: what belongs together is posted together, and a storm becomes a few messages.
    batchSize: 10_000,
    maximumBatchingWindowInSeconds: chat.groupWaitSeconds,
    functionResponseTypes: ["ReportBatchItemFailures"],
    // The minimum; only one invocation posts to a chat at a time in any case.
    scalingConfig: { maximumConcurrency: 2 },
  });
  watchRoad(stack, plan, { deadLetters, queue, topic: fallback });
  createRoadAlarm(stack, plan, topic);
  if (chat.actions !== undefined) createDoor(stack, plan, chat.actions, { queue, table });
  stack.addOutputs({ AlarmQueueUrl: queue.queueUrl, DeadLetterQueueUrl: deadLetters.queueUrl });
  return { queue };
}

function createQueues(stack: Stack, { stage }: StagePlan, chat: ChatPlan) {
  const common = {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  const deadLetters = new sqs.Queue(stack, "DeadLetters", { ...common, queueName: `${names.alarmQueue(stage)}-dead` });
  const queue = new sqs.Queue(stack, "Queue", {
    ...common,
    queueName: names.alarmQueue(stage),
    visibilityTimeout: visibilityOf(chat),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: attempts },
  });
  return { queue, deadLetters };
}

function createTable(stack: Stack, plan: StagePlan): dynamodb.CfnTable {
  const table = new dynamodb.CfnTable(stack, "Incidents", {
    tableName: names.incidentTable(plan.stage),
    billingMode: "PAY_PER_REQUEST",
    ...tableEncryption(plan),
    attributeDefinitions: [
      { attributeName: "destination", attributeType: "S" },
      { attributeName: "group", attributeType: "S" },
    ],
    keySchema: [
      { attributeName: "destination", keyType: "HASH" },
      { attributeName: "group", keyType: "RANGE" },
    ],
    timeToLiveSpecification: { attributeName: "expiresAt", enabled: true },
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: plan.durable },
    deletionProtectionEnabled: plan.deletionProtection,
  });
  keepWhileProtected(table, plan);
  if (!plan.durable)
    accept(table, { "AwsSolutions-DDB3": "A disposable stage: losing what was posted in which thread does no harm." });
  return table;
}

interface RoadProps {
  readonly queue: sqs.Queue;
  readonly table: dynamodb.CfnTable;
  readonly fallback: sns.Topic;
  /** By destination. */
  readonly topics: ReadonlyMap<string, sns.Topic>;
}

function createFunction(
  stack: Stack,
  plan: StagePlan,
  chat: ChatPlan,
  { queue, table, fallback, topics }: RoadProps,
): FunctionRoom {
  const { stage, region, account } = plan;
  const secretArn = use(Secrets).arns.get(chat.secret);
  if (secretArn === undefined) throw new Error(`The chat secret ${chat.secret} has no ARN.`);
  const destinations = Object.fromEntries(
    Object.entries(chat.destinations).map(([name, destination]) => [
      name,
      destination.receiver === "email"
        ? { receiver: destination.receiver, topicArn: topics.get(name)?.topicArn }
        : destination,
    ]),
  );
  const { routes, mutes, repeatAfterHours, runbookUrl, consoleUrl } = chat;
  const buttons = chat.actions === undefined ? undefined : true;
  const said = { destinations, routes, mutes, repeatAfterHours, runbookUrl, consoleUrl, buttons };
  const settings = { stage, region, account, ...said };
  const services = stack.formatArn({ service: "ecs", resource: "service", resourceName: `${names.cluster(stage)}/*` });
  const alarms = stack.formatArn({
    service: "cloudwatch",
    resource: "alarm",
    resourceName: "*",
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const logGroups = `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${names.logGroup(stage, "*")}`;
  const room = new FunctionRoom(stack, plan, {
    name: "alarm-to-chat",
    description: "Posts alarms, failed deployments, stopped tasks and rotations to the chats",
    calls: { by: "queue" },
    alarmTopicArn: fallback.topicArn,
    timeoutSeconds: chatRunSeconds,
    environment: {
      CHAT_SETTINGS: JSON.stringify(settings),
      CHAT_SECRET_ARN: secretArn,
      INCIDENT_TABLE: table.ref,
      ALARM_QUEUE_URL: queue.queueUrl,
    },
    statements: [
      {
        actions: ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources: [queue.queueArn],
      },
      { actions: ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query"], resources: [table.attrArn] },
      { actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] },
      ...secretKeyStatements(stack, plan, "read", (key) => key === chat.secret),
      ...tableKeyStatements(stack, plan, names.incidentTable(stage)),
      ...(topics.size > 0
        ? [
            { actions: ["sns:Publish"], resources: [...topics.values()].map(({ topicArn }) => topicArn) },
            ...topicKeyStatements(stack, useKey(plan)),
          ]
        : []),
      { actions: ["ecs:DescribeServices", "ecs:ListServiceDeployments"], resources: [services] },
      {
        actions: ["ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"],
        resources: ["service-deployment", "service-revision"].map((resource) =>
          stack.formatArn({ service: "ecs", resource, resourceName: `${names.cluster(stage)}/*` }),
        ),
      },
      { actions: ["cloudwatch:ListTagsForResource"], resources: [alarms] },
      { actions: ["logs:FilterLogEvents"], resources: [logGroups, `${logGroups}:log-stream:*`] },
      {
        actions: [
          "cloudwatch:DescribeAlarms",
          "cloudwatch:GetMetricData",
          "ecs:DescribeTaskDefinition",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ],
        resources: ["*"],
      },
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5":
      "Alarms may be of any name, and IAM has no resource for metrics, task definitions and the health of targets; services and logs are those of the stage.",
  });
  return room;
}
