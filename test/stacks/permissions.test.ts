import { describe, expect, it } from "vitest";
import fleet from "../fixture/map.ts";
import { slack, synthesize, withServices } from "../synth/synth.ts";
import { type Statement, statementsOf, wildcardsOf } from "./statements.ts";

const prod = synthesize("prod");
const at = (stack: string, resource: string, synthesis = prod): readonly Statement[] =>
  statementsOf(synthesis.stack(stack)).filter((statement) => statement.resource === resource);

describe("roles", () => {
  it("[ECS-6] let the execution role pull, log, and read the stage's secrets, and do nothing else", () => {
    expect(at("Cluster", "ExecutionRole")).toEqual([
      { resource: "ExecutionRole", effect: "Allow", actions: ["sts:AssumeRole"], on: [] },
      { resource: "ExecutionRole", effect: "Allow", actions: ["ecr:GetAuthorizationToken"], on: ["*"] },
      {
        resource: "ExecutionRole",
        effect: "Allow",
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        on: ["arn:aws:ecr:us-east-1:573946584375:repository/*"],
      },
      {
        resource: "ExecutionRole",
        effect: "Allow",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        on: ["arn:aws:logs:us-east-1:573946584375:log-group:/ecs/prod/mcp/*:log-stream:*"],
      },
      {
        resource: "ExecutionRole",
        effect: "Allow",
        actions: ["secretsmanager:GetSecretValue"],
        on: ["arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/*"],
      },
    ]);
  });

  it("[ECS-6] [ECS-11] let it pull from the account an image belongs to as well", () => {
    const image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/slack:1";
    const grown = synthesize("prod", withServices({ slack: { ...slack, image } }));
    expect(at("Cluster", "ExecutionRole", grown)[2]?.on).toEqual([
      "arn:aws:ecr:us-east-1:573946584375:repository/*",
      "arn:aws:ecr:eu-west-1:111122223333:repository/*",
    ]);
  });

  const exec = {
    resource: "googleworkspaceTaskRole",
    effect: "Allow",
    actions: [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    on: ["*"],
  };

  it("[ECS-7] let a task open the channels of ECS Exec, and nothing else", () => {
    expect(at("Services", "googleworkspaceTaskRole")).toEqual([
      { resource: "googleworkspaceTaskRole", effect: "Allow", actions: ["sts:AssumeRole"], on: [] },
      exec,
    ]);
  });

  it("[ECS-7] [FIX-5] add an entry's own statements to its own role", () => {
    const permission = {
      actions: ["s3:GetObject"],
      resources: ["arn:aws:s3:::exports/slack/*"],
      reason: "The export tool reads its archive.",
    };
    const grown = synthesize("prod", withServices({ slack: { ...slack, permissions: [permission] } }));
    expect(at("Services", "slackTaskRole", grown)).toEqual([
      { resource: "slackTaskRole", effect: "Allow", actions: ["sts:AssumeRole"], on: [] },
      { ...exec, resource: "slackTaskRole" },
      { resource: "slackTaskRole", effect: "Allow", actions: ["s3:GetObject"], on: ["arn:aws:s3:::exports/slack/*"] },
    ]);
    expect(at("Services", "googleworkspaceTaskRole", grown)).toEqual(at("Services", "googleworkspaceTaskRole"));
  });

  it.each(["Services", "Cluster"])("[ECS-7] are assumed by the account's own tasks only: those of %s", (stack) => {
    const role = prod.stack(stack).one("AWS::IAM::Role").Properties;
    expect(role.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "573946584375" },
            ArnLike: { "aws:SourceArn": expect.anything() },
          },
        },
      ],
    });
  });

  it("[SEC-3] let the seed function look at the created secrets and write to them, and do nothing else", () => {
    expect(at("Secrets", "seedsecretRole")).toEqual([
      { resource: "seedsecretRole", effect: "Allow", actions: ["sts:AssumeRole"], on: [] },
      {
        resource: "seedsecretRole",
        effect: "Allow",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        on: ["<seedsecretLog.Arn>"],
      },
      {
        resource: "seedsecretRole",
        effect: "Allow",
        actions: ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"],
        on: Object.keys(fleet.secrets).map((key) => `<${key.replaceAll("-", "")}>`),
      },
    ]);
  });

  it("[ECS-6] have no managed policy, whose statements are not ours to decide", () => {
    for (const stage of ["prod", "local"]) {
      for (const [name, template] of synthesize(stage).stacks) {
        expect(JSON.stringify(template.document), `${stage} ${name}`).not.toContain("ManagedPolicy");
      }
    }
  });
});

/** Every `*` in an action or a resource of any policy, and why it is there. */
const accepted: Readonly<Record<string, string>> = {
  "Cluster ExecutionRole: ecr:GetAuthorizationToken on *": "The token is the registry's; the action knows no resource.",
  "Cluster ExecutionRole: ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on arn:aws:ecr:us-east-1:<account>:repository/*":
    "ECS-11: any image of the registry may stand in the map, and a new entry changes no role.",
  "Cluster ExecutionRole: logs:CreateLogStream, logs:PutLogEvents on arn:aws:logs:us-east-1:<account>:log-group:/ecs/<stage>/mcp/*:log-stream:*":
    "The log groups of the stage's services, whichever the map has.",
  "Cluster ExecutionRole: secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:<account>:secret:/<stage>/mcp/*":
    "SEC-6: a new secret under the prefix needs no change of a role.",
  "Rotation settlesecretRole: ecs:DescribeServices, ecs:UpdateService on arn:aws:ecs:us-east-1:<account>:service/<stage>-mcp-cluster/*":
    "ROT-2: the services of the stage's own cluster, whichever the map has.",
  "Rotation settlesecretRole: ecs:DescribeTasks on arn:aws:ecs:us-east-1:<account>:task/<stage>-mcp-cluster/*":
    "Tasks of the stage's own cluster have random names.",
  "Rotation settlesecretRole: ecs:DescribeTaskDefinition on *":
    "IAM has no resource for the action: which secrets a task reads that belongs to no consumer in the map.",
  "Rotation settlesecretRole: ecs:ListTasks on *":
    "The action knows no resource; a condition holds it to the stage's cluster.",
  "Rotation settlesecretRole: secretsmanager:ListSecrets on *":
    "IAM has no resource for the action: it shows names, labels and tags, and no value.",
  "Services <service>TaskRole: ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, ssmmessages:OpenControlChannel, ssmmessages:OpenDataChannel on *":
    "ECS Exec: IAM has no resource for the actions.",
  "Chat alarmtochatRole: cloudwatch:DescribeAlarms, cloudwatch:GetMetricData, ecs:DescribeTaskDefinition, elasticloadbalancing:DescribeTargetGroups, elasticloadbalancing:DescribeTargetHealth on *":
    "Alarms of any name may publish to the topic; for metrics, task definitions and the health of targets IAM has no resource.",
  "Chat alarmtochatRole: cloudwatch:ListTagsForResource on arn:aws:cloudwatch:us-east-1:<account>:alarm:*":
    "Any alarm of the account may notify the topic; a tag names the service it belongs to.",
  "Chat alarmtochatRole: ecs:DescribeServices, ecs:ListServiceDeployments on arn:aws:ecs:us-east-1:<account>:service/<stage>-mcp-cluster/*":
    "The stage's services, whichever the map has.",
  "Chat alarmtochatRole: ecs:DescribeServiceDeployments, ecs:DescribeServiceRevisions on arn:aws:ecs:us-east-1:<account>:service-deployment/<stage>-mcp-cluster/*":
    "Their releases: ECS gives each an id of its own.",
  "Chat alarmtochatRole: ecs:DescribeServiceDeployments, ecs:DescribeServiceRevisions on arn:aws:ecs:us-east-1:<account>:service-revision/<stage>-mcp-cluster/*":
    "What was released, likewise.",
  "Chat alarmtochatRole: logs:FilterLogEvents on arn:aws:logs:us-east-1:<account>:log-group:/ecs/<stage>/mcp/*":
    "The last error lines of the service an alarm is about, whichever it is.",
  "Chat alarmtochatRole: logs:FilterLogEvents on arn:aws:logs:us-east-1:<account>:log-group:/ecs/<stage>/mcp/*:log-stream:*":
    "The same, as IAM asks for it stream by stream.",
  "Tuning tunealarmsRole: cloudwatch:DescribeAlarmHistory on arn:aws:cloudwatch:us-east-1:<account>:alarm:<stage>-mcp-*-*":
    "When the stage's services were down, whichever the map has.",
  "Tuning tunealarmsRole: cloudwatch:DescribeAlarms, cloudwatch:GetMetricData on *":
    "Listing alarms and reading metrics: the one lists, the other knows no resource.",
  "Tuning tunealarmsRole: ssm:PutParameter on arn:aws:ssm:us-east-1:<account>:parameter/mcp-fleet/<stage>/thresholds/*":
    "A parameter for each service, whichever the map has.",
  "Probe probeservicesRole: cloudwatch:PutMetricData on *":
    "The action knows no resource; a condition holds it to the fleet's namespace.",
  "Chat Key: kms:* on *": "As the key of the alarms: the topic that watches the chats has one of its own.",
  "Chat Key: kms:Decrypt, kms:GenerateDataKey* on *": "As the key of the alarms.",
  "Alerts Key: kms:* on *":
    "A key policy's * is the key itself; without this statement no administrator could change it.",
  "Alerts Key: kms:Decrypt, kms:GenerateDataKey* on *":
    "A key policy's * is the key itself; SNS asks for the data key with or without plain text, as AWS documents it.",
};

describe("wildcards", () => {
  it("[ECS-6] [ECS-7] are in no policy of any stage without a reason in this table, and the table lists no others", () => {
    const found = ["prod", "local"].flatMap((stage) =>
      [...synthesize(stage).stacks].flatMap(([name, template]) =>
        wildcardsOf(template, stage).map((line) => `${name} ${line}`),
      ),
    );
    expect([...new Set(found)].sort()).toEqual(Object.keys(accepted).sort());
  });
});
