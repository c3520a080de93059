import { ArnFormat, Duration } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { type Stack, type StackContext, use } from "sst/constructs";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { Alerts } from "./alerts.ts";
import { createRoadAlarm } from "./chat-road-alarm.ts";
import { watchRoad } from "./chat-watch.ts";
import { keepWhileProtected } from "./durability.ts";
import { FunctionRoom } from "./function-room.ts";
import { accept } from "./nag.ts";
import { usePlan } from "./plan.ts";
import { Secrets } from "./secrets.ts";

const timeoutSeconds = 60;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: six times the function's timeout. */
const visibilitySeconds = 6 * timeoutSeconds;
/** With up to a quarter of an hour between attempts, half a day: a chat that is down may come back. */
const attempts = 50;

/** The road from the alarm topic and the event bus to the chats; nothing, where the map tells no chat. */
export function Chat({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const { chat } = plan;
  if (chat === undefined || Object.keys(chat.destinations).length === 0) return undefined;
  const { queue, deadLetters } = createQueues(stack, plan);
  const topic = sns.Topic.fromTopicArn(stack, "AlarmTopic", use(Alerts).topicArn);
  topic.addSubscription(new subscriptions.SqsSubscription(queue, { deadLetterQueue: deadLetters }));
  createRules(stack, plan, new targets.SqsQueue(queue, { deadLetterQueue: deadLetters }));
  const table = createTable(stack, plan);
  const room = createFunction(stack, plan, chat, { queue, table });
  new lambda.CfnEventSourceMapping(stack, "AlarmsToFunction", {
    functionName: room.functionArn,
    eventSourceArn: queue.queueArn,
    // As many as there are: what belongs together is told together, and a storm is few messages.
    batchSize: 10_000,
    maximumBatchingWindowInSeconds: chat.groupWaitSeconds,
    functionResponseTypes: ["ReportBatchItemFailures"],
    // The least there is; who speaks to a chat is one at a time in any case.
    scalingConfig: { maximumConcurrency: 2 },
  });
  watchRoad(stack, plan, chat, { deadLetters, queue });
  createRoadAlarm(stack, plan, topic);
  stack.addOutputs({ AlarmQueueUrl: queue.queueUrl, DeadLetterQueueUrl: deadLetters.queueUrl });
  return { queue };
}

function createQueues(stack: Stack, { stage }: StagePlan) {
  const common = {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  const deadLetters = new sqs.Queue(stack, "DeadLetters", { ...common, queueName: `${names.alarmQueue(stage)}-dead` });
  const queue = new sqs.Queue(stack, "Queue", {
    ...common,
    queueName: names.alarmQueue(stage),
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: attempts },
  });
  return { queue, deadLetters };
}

/** What the topic does not bring: measured values of alarms, deployments, tasks, rotations; and the time that passes. */
function createRules(stack: Stack, { stage }: StagePlan, target: targets.SqsQueue): void {
  const rule = (id: string, description: string, eventPattern: events.EventPattern) =>
    new events.Rule(stack, id, { description, eventPattern, targets: [target] });
  const service = stack.formatArn({
    service: "ecs",
    resource: "service",
    resourceName: `${names.cluster(stage)}/`,
  });
  const secrets = stack.formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: names.secretPrefix(stage),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  rule("AlarmChanges", "State changes of the stage's alarms and of their contributors", {
    source: ["aws.cloudwatch"],
    detailType: ["CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"],
    detail: { alarmName: events.Match.prefix(`${stage}-mcp-`) },
  });
  rule("Deployments", "Deployments that failed, and those that completed after it", {
    source: ["aws.ecs"],
    detailType: ["ECS Deployment State Change"],
    resources: events.Match.prefix(service),
    detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_COMPLETED"] },
  });
  rule("StoppedTasks", "Tasks that stopped by themselves", {
    source: ["aws.ecs"],
    detailType: ["ECS Task State Change"],
    detail: {
      clusterArn: [stack.formatArn({ service: "ecs", resource: "cluster", resourceName: names.cluster(stage) })],
      lastStatus: ["STOPPED"],
      stopCode: events.Match.anythingBut("UserInitiated", "ServiceSchedulerInitiated"),
    },
  });
  rule("Rotations", "Outcomes of rotations", {
    source: ["aws.secretsmanager"],
    detailType: ["AWS Service Event via CloudTrail"],
    detail: {
      eventName: ["RotationSucceeded", "RotationFailed", "RotationAbandoned", "TestRotationFailed"],
      additionalEventData: { SecretId: events.Match.prefix(secrets) },
    },
  });
  new events.Rule(stack, "Tick", {
    description: "Reminds of what lasts, and tells what a mute window kept back",
    schedule: events.Schedule.rate(Duration.minutes(5)),
    targets: [target],
  });
}

function createTable(stack: Stack, plan: StagePlan): dynamodb.CfnTable {
  const table = new dynamodb.CfnTable(stack, "Incidents", {
    tableName: names.incidentTable(plan.stage),
    billingMode: "PAY_PER_REQUEST",
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
    accept(table, { "AwsSolutions-DDB3": "A disposable stage: what was said in which thread is no loss." });
  return table;
}

interface RoadProps {
  readonly queue: sqs.Queue;
  readonly table: dynamodb.CfnTable;
}

function createFunction(stack: Stack, plan: StagePlan, chat: ChatPlan, { queue, table }: RoadProps): FunctionRoom {
  const { stage, region } = plan;
  const secretArn = use(Secrets).arns.get(chat.secret);
  if (secretArn === undefined) throw new Error(`The chat secret ${chat.secret} has no ARN.`);
  const { destinations, routes, mutes, repeatAfterHours } = chat;
  const services = stack.formatArn({ service: "ecs", resource: "service", resourceName: `${names.cluster(stage)}/*` });
  const logGroups = `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${names.logGroup(stage, "*")}`;
  const room = new FunctionRoom(stack, plan, {
    name: "alarm-to-chat",
    description: "Tells alarms, failed deployments, stopped tasks and rotations in the chats",
    timeoutSeconds,
    environment: {
      CHAT_SETTINGS: JSON.stringify({ stage, region, destinations, routes, mutes, repeatAfterHours }),
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
      { actions: ["ecs:DescribeServices"], resources: [services] },
      { actions: ["logs:FilterLogEvents"], resources: [logGroups, `${logGroups}:log-stream:*`] },
      {
        actions: [
          "cloudwatch:GetMetricData",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
        ],
        resources: ["*"],
      },
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5": "Metrics and target groups know no resource in IAM; services and logs are those of the stage.",
  });
  return room;
}
