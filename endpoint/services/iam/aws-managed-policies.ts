import type { Statement } from "./policy-document.ts";
import type { ManagedPolicy } from "./role.ts";

const logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const networkInterfaces = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * The AWS-managed policies that CDK, SST and their bootstraps attach, by path and name; actions from
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html. AWS's ReadOnlyAccess lists every
 * reading action of every service; here it goes by the verbs.
 */
const actions: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ["*"],
  ReadOnlyAccess: ["*:Get*", "*:List*", "*:Describe*", "*:BatchGet*", "*:Lookup*", "*:Search*", "*:View*"],
  AWSCloudFormationReadOnlyAccess: [
    "cloudformation:Describe*",
    "cloudformation:EstimateTemplateCost",
    "cloudformation:Get*",
    "cloudformation:List*",
    "cloudformation:ValidateTemplate",
    "cloudformation:Detect*",
  ],
  AWSXRayDaemonWriteAccess: [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
  ],
  "service-role/AWSLambdaBasicExecutionRole": logs,
  "service-role/AWSLambdaVPCAccessExecutionRole": [...logs, ...networkInterfaces],
  "service-role/AWSLambdaSQSQueueExecutionRole": [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    ...logs,
  ],
  "service-role/AWSLambdaDynamoDBExecutionRole": [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    ...logs,
  ],
  "service-role/AmazonECSTaskExecutionRolePolicy": [
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
  ],
};

export const awsManagedPrefix = "arn:aws:iam::aws:policy/";

export function findAwsManagedPolicy(arn: string): ManagedPolicy | undefined {
  const pathAndName = arn.startsWith(awsManagedPrefix) ? arn.slice(awsManagedPrefix.length) : "";
  const allowed = Object.hasOwn(actions, pathAndName) ? actions[pathAndName] : undefined;
  if (!allowed) return undefined;
  const slash = pathAndName.lastIndexOf("/");
  const name = pathAndName.slice(slash + 1);
  const createdAt = new Date("2015-02-06T18:39:46Z");
  // AWS's own are not read by the grammar for everybody's: their verbs stand for lists of actions.
  const statement: Statement = { Effect: "Allow", Action: [...allowed], Resource: ["*"] };
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return {
    name,
    path: `/${pathAndName.slice(0, slash + 1)}`,
    id: `ANPA${Buffer.from(name).toString("hex").toUpperCase().slice(0, 17)}`,
    arn,
    createdAt,
    updatedAt: createdAt,
    tags: {},
    defaultVersionId: "v1",
    versions: [{ id: "v1", policy: { text, statements: [statement] }, createdAt }],
  };
}
