import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { ArnFormat, Duration } from "aws-cdk-lib/core";
import { names } from "#fleet";
import { Chat } from "../chat/chat.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import { type StackContext, use } from "../sst.ts";

const pause = Duration.days(7);

/** FIX-1: once a week, latency thresholds from what was measured, reported in the chats; nothing if the stage has none. */
export function Tuning({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const road = use(Chat);
  if (road === undefined) return;
  const parameters = stack.formatArn({
    service: "ssm",
    resource: "parameter",
    resourceName: names.thresholds(plan.stage, "*").slice(1),
  });
  const alarms = stack.formatArn({
    service: "cloudwatch",
    resource: "alarm",
    resourceName: names.alarm(plan.stage, "*", "*"),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const room = new FunctionRoom(stack, plan, {
    name: "tune-alarms",
    description: "Measures latency and stores thresholds for the next deploy",
    calls: { everySeconds: pause.toSeconds() },
    timeoutSeconds: Duration.minutes(15).toSeconds(),
    // A whole processor: a thousand busy services are eighty million points.
    memoryMb: 1_769,
    environment: { STAGE: plan.stage, ALARM_QUEUE_URL: road.queue.queueUrl },
    statements: [
      { actions: ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], resources: ["*"] },
      { actions: ["cloudwatch:DescribeAlarmHistory"], resources: [alarms] },
      { actions: ["ssm:PutParameter"], resources: [parameters] },
      { actions: ["sqs:SendMessage"], resources: [road.queue.queueArn] },
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5":
      "IAM has no resource for metrics and listings of alarms; alarms and parameters are those of the stage.",
  });
  new events.Rule(stack, "Weekly", {
    description: "Measures latency again",
    schedule: events.Schedule.rate(pause),
    targets: [new LambdaFunction(room.lambda)],
  });
}
