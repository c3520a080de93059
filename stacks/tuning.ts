import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { type StackContext, use } from "sst/constructs";
import { names } from "#fleet";
import { Chat } from "./chat.ts";
import { FunctionRoom } from "./function-room.ts";
import { accept } from "./nag.ts";
import { usePlan } from "./plan.ts";

/** FIX-1: latency thresholds from what was measured, once a week, told in the chats; nothing, where no chat is told. */
export function Tuning({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const road = use(Chat);
  if (road === undefined) return;
  const parameters = stack.formatArn({
    service: "ssm",
    resource: "parameter",
    resourceName: names.thresholds(plan.stage, "*").slice(1),
  });
  const room = new FunctionRoom(stack, plan, {
    name: "tune-alarms",
    description: "Measures latency and stores thresholds for the next deploy",
    timeoutSeconds: Duration.minutes(15).toSeconds(),
    environment: { STAGE: plan.stage, ALARM_QUEUE_URL: road.queue.queueUrl },
    statements: [
      { actions: ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], resources: ["*"] },
      { actions: ["ssm:PutParameter"], resources: [parameters] },
      { actions: ["sqs:SendMessage"], resources: [road.queue.queueArn] },
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5":
      "Metrics and listings of alarms know no resource; parameters are the stage's thresholds alone.",
  });
  new events.Rule(stack, "Weekly", {
    description: "Measures latency anew",
    schedule: events.Schedule.rate(Duration.days(7)),
    targets: [new LambdaFunction(room.lambda)],
  });
}
