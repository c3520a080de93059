import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { type ChatPlan, names, type StagePlan } from "#fleet";
import { secretKeyStatements, tableKeyStatements } from "../encryption/key-use.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { openPublicUrl } from "../parts/public-url.ts";
import { Secrets } from "../secrets/secrets.ts";
import { type Stack, use } from "../sst.ts";

export interface DoorProps {
  readonly queue: sqs.Queue;
  readonly table: dynamodb.CfnTable;
}

/** Whoever floods the door keeps people from pressing, and takes no concurrency from the road itself. */
const pressesAtOnce = 5;

/** What Slack calls when somebody presses a button: an address of Lambda's own, as an alarm may be about the balancer. */
export function createDoor(
  stack: Stack,
  plan: StagePlan,
  { slack }: NonNullable<ChatPlan["actions"]>,
  { queue, table }: DoorProps,
): void {
  const secretArn = use(Secrets).arns.get(slack.secret);
  if (secretArn === undefined) throw new Error(`The secret ${slack.secret} of chat.actions has no ARN.`);
  const first = plan.secrets.find(({ key }) => key === slack.secret)?.keys[slack.key];
  const room = new FunctionRoom(stack, plan, {
    name: "answer-button",
    description: "Takes what the buttons of Slack's messages send: acknowledges, and silences for an hour",
    calls: { by: "request" },
    concurrency: pressesAtOnce,
    timeoutSeconds: 10,
    environment: {
      ALLOWED_USERS: JSON.stringify(slack.allowed),
      SIGNING_SECRET_ARN: secretArn,
      SIGNING_SECRET_KEY: slack.key,
      SIGNING_PLACEHOLDER: first !== undefined && "placeholder" in first ? first.placeholder : "",
      INCIDENT_TABLE: table.ref,
      ALARM_QUEUE_URL: queue.queueUrl,
    },
    statements: [
      {
        actions: ["dynamodb:PutItem"],
        resources: [table.attrArn],
        // What was posted where is none of its business.
        conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["#acknowledgements", "#mutes"] } },
      },
      { actions: ["sqs:SendMessage"], resources: [queue.queueArn] },
      { actions: ["secretsmanager:GetSecretValue"], resources: [secretArn] },
      ...secretKeyStatements(stack, plan, "read", (key) => key === slack.secret),
      ...tableKeyStatements(stack, plan, names.incidentTable(plan.stage)),
    ],
  });
  stack.addOutputs({ SlackRequestUrl: openPublicUrl(stack, "Button", room) });
}
