import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IdleCloud, openIdleCloud } from "#endpoint/idle-cloud.ts";

let idle: IdleCloud;
beforeAll(async () => {
  idle = await openIdleCloud();
});
afterAll(() => idle.close());

/** Without a client, which would refuse most of it itself. */
async function ask(service: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const scope = `AKIALOCAL/20261124/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(idle.cloud.place.endpointUrl, {
    method: "POST",
    headers: { ...headers, authorization },
    body,
  });
  return `${response.status} ${(await response.text()).replaceAll("&apos;", "'")}`;
}

const targets: Readonly<Record<string, string>> = {
  acm: "CertificateManager",
  ecr: "AmazonEC2ContainerRegistry_V20150921",
  ecs: "AmazonEC2ContainerServiceV20141113",
  events: "AWSEvents",
  logs: "Logs_20140328",
  monitoring: "GraniteServiceVersion20100801",
  ssm: "AmazonSSM",
};

describe("malformed input is refused in AWS's words and codes", () => {
  it.each([
    [
      "acm",
      "DescribeCertificate",
      { CertificateArn: "x" },
      "ValidationException",
      "length greater than or equal to 20",
    ],
    [
      "ecr",
      "CreateRepository",
      { repositoryName: "A B" },
      "InvalidParameterException",
      "Invalid parameter at 'repositoryName'",
    ],
    [
      "ecs",
      "RegisterTaskDefinition",
      { family: "a b", containerDefinitions: [] },
      "InvalidParameterException",
      '"Family contains invalid characters."',
    ],
    [
      "events",
      "PutRule",
      { Name: "a b" },
      "ValidationException",
      "at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
    ["events", "PutTargets", { Rule: "r", Targets: [] }, "ValidationException", "Value '[]' at 'targets' failed"],
    [
      "events",
      "PutEvents",
      { Entries: Array.from({ length: 11 }, () => ({})) },
      "ValidationException",
      "Value '[***, ",
    ],
    [
      "logs",
      "CreateLogGroup",
      { logGroupName: "a b" },
      "InvalidParameterException",
      "Value 'a b' at 'logGroupName' failed",
    ],
    [
      "monitoring",
      "PutMetricData",
      { Namespace: "AWS/X", MetricData: [] },
      "InvalidParameterValue",
      "The value AWS/ for parameter Namespace is invalid.",
    ],
    [
      "ssm",
      "PutParameter",
      { Name: "a b", Value: "x", Type: "String" },
      "ValidationException",
      `"Parameter name: can't be prefixed with`,
    ],
  ])("[AWS-10] %s.%s %j", async (service, operation, input, code, words) => {
    const target = `${targets[service]}.${operation}`;
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    const answer = await ask(service, headers, JSON.stringify(input));
    expect(answer).toMatch(/^400 /);
    expect(answer).toContain(`"__type":"${code}"`);
    expect(answer).toContain(words);
  });

  it.each([
    ["elasticache", "ModifyReplicationGroup", "", "InvalidParameterValue", "Value null at 'replicationGroupId'"],
    [
      "elasticloadbalancing",
      "DescribeTargetHealth",
      "TargetGroupArn=x",
      "ValidationError",
      "'x' is not a valid target group ARN",
    ],
    ["elasticloadbalancing", "DescribeRules", "ListenerArn=x", "ValidationError", "'x' is not a valid listener ARN"],
    ["iam", "CreateRole", "RoleName=a+b&AssumeRolePolicyDocument={}", "ValidationError", "at 'roleName' failed"],
    [
      "sts",
      "AssumeRole",
      "RoleArn=x&RoleSessionName=yy",
      "ValidationError",
      "Value 'x' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
  ])("[AWS-10] %s.%s %s", async (service, operation, parameters, code, words) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await ask(service, headers, `Action=${operation}&Version=1&${parameters}`);
    expect(answer).toMatch(/^400 /);
    expect(answer).toContain(`<Code>${code}</Code>`);
    expect(answer).toContain(words);
  });
});

it("[AWS-10] every quota is of operations that its service has, each in one bucket", () => {
  const throttled = idle.cloud.services.flatMap((service) =>
    "quotas" in service && service.quotas !== undefined ? [service] : [],
  );
  expect(throttled.length).toBeGreaterThan(10);
  for (const { signingName, operations, quotas = [] } of throttled) {
    const limited = quotas.flatMap((quota) => quota.operations);
    expect(
      limited.filter((name) => !Object.hasOwn(operations, name)),
      signingName,
    ).toEqual([]);
    expect(new Set(limited).size, signingName).toBe(limited.length);
  }
});
