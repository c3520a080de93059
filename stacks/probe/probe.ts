import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as events from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Duration } from "aws-cdk-lib/core";
import { names, type StagePlan } from "#fleet";
import { probeMapOf } from "#fleet/probe-map.ts";
import { Alerts } from "../alarms/alerts.ts";
import { tableKeyStatements } from "../encryption/key-use.ts";
import { tableEncryption } from "../encryption/table.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { writeMapFile } from "../parts/map-file.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import { announcing } from "../rotation/room-props.ts";
import { Services } from "../services/services.ts";
import { dependsOn, type Stack, type StackContext, use } from "../sst.ts";

/** Its name in the function's folder. */
const mapFileName = "probe-map.json";

/**
 * REL-3: asks each service as an MCP client does, from outside the VPC and by its public address. Nothing if the stage
 * has no probe.
 */
export function Probe({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const map = probeMapOf(plan);
  if (plan.probe === undefined || map.services.length === 0) return;
  // The first round finds what is there.
  for (let shard = 1; shard <= plan.shards; shard++) dependsOn(Services(shard));
  const { topicArn, keyArn: topicKeyArn } = use(Alerts);
  const pause = Duration.minutes(plan.probe.everyMinutes);
  const table = createTable(stack, plan);
  // Whether one that does not answer should have a task at all.
  const mayRest = map.services.flatMap(({ rests }) => rests ?? []);
  const services = mayRest.map((name) =>
    stack.formatArn({ service: "ecs", resource: "service", resourceName: `${names.cluster(plan.stage)}/${name}` }),
  );
  const resting = services.length === 0 ? [] : [{ actions: ["ecs:DescribeServices"], resources: services }];
  const room = new FunctionRoom(stack, plan, {
    name: "probe-services",
    description: "Asks each service for its tools by its public address, and tells when they change",
    calls: { everySeconds: pause.toSeconds() },
    // A round is over before the next begins.
    timeoutSeconds: 58,
    files: [{ from: writeMapFile("probe", plan.stage, mapFileName, map), to: mapFileName }],
    environment: {
      PROBE_MAP: mapFileName,
      PROBE_TABLE: table.ref,
      PROBE_CLUSTER: names.cluster(plan.stage),
      PROBE_METRICS: plan.probe.metrics,
      ALARM_TOPIC_ARN: topicArn,
    },
    statements: [
      {
        actions: ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
        resources: [table.attrArn],
      },
      {
        actions: ["cloudwatch:PutMetricData"],
        resources: ["*"],
        conditions: { StringEquals: { "cloudwatch:namespace": "MCPFleet" } },
      },
      ...resting,
      ...tableKeyStatements(stack, plan, names.probeTable(plan.stage)),
      ...announcing(stack, { topicArn, topicKeyArn }),
    ],
  });
  accept(room, {
    "AwsSolutions-IAM5": "PutMetricData knows no resource; a condition holds it to the fleet's namespace.",
  });
  new events.Rule(stack, "Round", {
    description: "Asks each service again",
    schedule: events.Schedule.rate(pause),
    targets: [new LambdaFunction(room.lambda)],
  });
}

/** What was found last. It can be found again: nothing in it is worth keeping. */
function createTable(stack: Stack, plan: StagePlan): dynamodb.CfnTable {
  const table = new dynamodb.CfnTable(stack, "Probes", {
    tableName: names.probeTable(plan.stage),
    billingMode: "PAY_PER_REQUEST",
    ...tableEncryption(plan),
    attributeDefinitions: [
      { attributeName: "kind", attributeType: "S" },
      { attributeName: "service", attributeType: "S" },
    ],
    keySchema: [
      { attributeName: "kind", keyType: "HASH" },
      { attributeName: "service", keyType: "RANGE" },
    ],
  });
  accept(table, { "AwsSolutions-DDB3": "It holds what the last probes found: the next ones find it again." });
  return table;
}
