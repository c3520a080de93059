import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from "@aws-sdk/client-elasticache";
import { InvokeCommand, LambdaClient, ListFunctionsCommand, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { describe, expect, it } from "vitest";
import { AwsError } from "#endpoint/core/errors.ts";
import type { AwsService, Operation } from "#endpoint/core/service.ts";
import { RawResponse } from "#endpoint/core/service.ts";
import { clientOptions, startCloud } from "./cloud.ts";

const at = new Date("2026-11-23T01:36:17.394Z");
const refuse: Operation = () => {
  throw new AwsError("ResourceNotFound", "There is no <such> thing & never was.", 404);
};

/** Answers every operation with `output` and remembers what it was asked. */
function recorder(output: Record<string, unknown>) {
  const inputs: unknown[] = [];
  const operation: Operation = (input) => {
    inputs.push(input);
    return output;
  };
  return { inputs, operation };
}

const cloudWatch = (operations: AwsService["operations"]): AwsService => ({
  signingName: "monitoring",
  protocol: { kind: "query", namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
  operations,
});

describe("json", () => {
  it("writes timestamps that the SDK reads as dates, and leaves out what is undefined", async () => {
    const { operation, inputs } = recorder({ Name: "a", CreatedDate: at, Tags: [], KmsKeyId: undefined });
    await using cloud = await startCloud([
      { signingName: "secretsmanager", protocol: { kind: "json" }, operations: { DescribeSecret: operation } },
    ]);
    const client = new SecretsManagerClient(clientOptions(cloud.url));
    const answer = await client.send(new DescribeSecretCommand({ SecretId: "a" }));
    expect(answer).toMatchObject({ Name: "a", CreatedDate: at, Tags: [] });
    expect(answer).not.toHaveProperty("KmsKeyId");
    expect(inputs).toEqual([{ SecretId: "a" }]);
  });

  it("carries the code and message of an error", async () => {
    await using cloud = await startCloud([
      { signingName: "secretsmanager", protocol: { kind: "json" }, operations: { DescribeSecret: refuse } },
    ]);
    const client = new SecretsManagerClient(clientOptions(cloud.url));
    await expect(client.send(new DescribeSecretCommand({ SecretId: "a" }))).rejects.toMatchObject({
      name: "ResourceNotFound",
      message: "There is no <such> thing & never was.",
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe("query", () => {
  it("decodes maps and lists of structures to plain objects", async () => {
    const { operation, inputs } = recorder({ MessageId: "1" });
    await using cloud = await startCloud([
      {
        signingName: "sns",
        protocol: { kind: "query", namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
        operations: { Publish: operation },
      },
    ]);
    await new SNSClient(clientOptions(cloud.url)).send(
      new PublishCommand({
        TopicArn: "t",
        Message: "höhe & <tiefe>\n",
        MessageAttributes: { kind: { DataType: "String", StringValue: "alarm" } },
      }),
    );
    expect(inputs).toEqual([
      {
        TopicArn: "t",
        Message: "höhe & <tiefe>\n",
        MessageAttributes: { kind: { DataType: "String", StringValue: "alarm" } },
      },
    ]);
  });

  it("names list elements as the service does", async () => {
    const { operation } = recorder({
      ReplicationGroups: [
        { ReplicationGroupId: "r", MemberClusters: ["r-001", "r-002"], NodeGroups: [{ NodeGroupId: "0001" }] },
      ],
    });
    await using cloud = await startCloud([
      {
        signingName: "elasticache",
        protocol: {
          kind: "query",
          namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/",
          listElement: (path) =>
            path.endsWith("MemberClusters") ? "ClusterId" : path.slice(path.lastIndexOf(".") + 1, -1),
        },
        operations: { DescribeReplicationGroups: operation },
      },
    ]);
    const client = new ElastiCacheClient(clientOptions(cloud.url));
    const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}));
    expect(ReplicationGroups).toEqual([
      { ReplicationGroupId: "r", MemberClusters: ["r-001", "r-002"], NodeGroups: [{ NodeGroupId: "0001" }] },
    ]);
  });
});

describe("a service that clients reach by several protocols (CloudWatch)", () => {
  const alarms = {
    MetricAlarms: [{ AlarmName: "5xx", Threshold: 1.5, ActionsEnabled: true, StateUpdatedTimestamp: at }],
  };
  const data = { Namespace: "n", MetricData: [{ MetricName: "m", Value: 1.5, Timestamp: at }] };

  it("answers the newest SDK, which sends JSON", async () => {
    const { operation } = recorder(alarms);
    await using cloud = await startCloud([cloudWatch({ DescribeAlarms: operation })]);
    const answer = await new CloudWatchClient(clientOptions(cloud.url)).send(new DescribeAlarmsCommand({}));
    expect(answer).toMatchObject(alarms);
  });

  it("gives the newest SDK the code of the query protocol in the header it asks for", async () => {
    await using cloud = await startCloud([cloudWatch({ DescribeAlarms: refuse })]);
    const client = new CloudWatchClient(clientOptions(cloud.url));
    await expect(client.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
      Error: { Code: "ResourceNotFound", Type: "Sender" },
      message: "There is no <such> thing & never was.",
    });
  });

  it("gives the operation strings whatever the client sends, compressed or not", async () => {
    const { operation, inputs } = recorder({});
    await using cloud = await startCloud([cloudWatch({ PutMetricData: operation })]);
    const client = new CloudWatchClient({ ...clientOptions(cloud.url), requestMinCompressionSizeBytes: 0 });
    await client.send(new PutMetricDataCommand(data));
    expect(inputs).toEqual([
      { Namespace: "n", MetricData: [{ MetricName: "m", Value: "1.5", Timestamp: String(at.getTime() / 1000) }] },
    ]);
  });

  it("answers a client that still sends form-encoded queries", async () => {
    const { operation, inputs } = recorder(alarms);
    await using cloud = await startCloud([cloudWatch({ DescribeAlarms: operation })]);
    const answer = await fetch(cloud.url, {
      method: "POST",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/monitoring/aws4_request, Signature=0",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.2=b&AlarmNames.member.1=a",
    });
    expect(await answer.text()).toContain("<StateUpdatedTimestamp>2026-11-23T01:36:17.394Z</StateUpdatedTimestamp>");
    expect(inputs).toEqual([{ AlarmNames: ["a", "b"] }]);
  });
});

describe("ec2", () => {
  const ec2 = (operations: AwsService["operations"]): AwsService => ({
    signingName: "ec2",
    protocol: { kind: "ec2", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
    operations,
  });

  it("decodes flattened lists and writes items", async () => {
    const { operation, inputs } = recorder({
      subnetSet: [{ subnetId: "subnet-1", tagSet: [{ key: "Name", value: "a" }], availableIpAddressCount: 11 }],
    });
    await using cloud = await startCloud([ec2({ DescribeSubnets: operation })]);
    const { Subnets } = await new EC2Client(clientOptions(cloud.url)).send(
      new DescribeSubnetsCommand({ SubnetIds: ["subnet-1"], Filters: [{ Name: "vpc-id", Values: ["a", "b"] }] }),
    );
    expect(Subnets).toEqual([
      { SubnetId: "subnet-1", Tags: [{ Key: "Name", Value: "a" }], AvailableIpAddressCount: 11 },
    ]);
    expect(inputs).toEqual([{ SubnetId: ["subnet-1"], Filter: [{ Name: "vpc-id", Value: ["a", "b"] }] }]);
  });

  it("has its own error shape", async () => {
    await using cloud = await startCloud([ec2({ DescribeSubnets: refuse })]);
    await expect(new EC2Client(clientOptions(cloud.url)).send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({
      name: "ResourceNotFound",
      message: "There is no <such> thing & never was.",
    });
  });
});

describe("rest-json", () => {
  const lambda = (operations: AwsService["operations"]): AwsService => ({
    signingName: "lambda",
    protocol: {
      kind: "rest-json",
      routes: [
        { method: "GET", path: "/2015-03-31/functions", operation: "ListFunctions" },
        { method: "PUT", path: "/2015-03-31/functions/{FunctionName}/code", operation: "UpdateFunctionCode" },
        { method: "POST", path: "/2015-03-31/functions/{FunctionName}/invocations", operation: "Invoke", body: "blob" },
      ],
    },
    operations,
  });

  it("merges path, query and body; the path wins", async () => {
    const { operation, inputs } = recorder({ Functions: [] });
    await using cloud = await startCloud([lambda({ ListFunctions: operation, UpdateFunctionCode: operation })]);
    const client = new LambdaClient(clientOptions(cloud.url));
    await client.send(new ListFunctionsCommand({ MaxItems: 5 }));
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: "a:b/c", ZipFile: Buffer.from("zip") }));
    expect(inputs).toEqual([{ MaxItems: "5" }, { FunctionName: "a:b/c", ZipFile: "emlw" }]);
  });

  it("leaves a payload and a raw answer alone", async () => {
    await using cloud = await startCloud([
      lambda({
        Invoke: (_input, call) =>
          new RawResponse({ status: 200, headers: { "x-amz-function-error": "Unhandled" }, body: call.http.body }),
      }),
    ]);
    const answer = await new LambdaClient(clientOptions(cloud.url)).send(
      new InvokeCommand({ FunctionName: "f", Payload: Buffer.from("[1, 2") }),
    );
    expect(answer.FunctionError).toBe("Unhandled");
    expect(Buffer.from(answer.Payload ?? []).toString()).toBe("[1, 2");
  });

  it("puts an error's code where the SDK looks for it", async () => {
    await using cloud = await startCloud([lambda({ ListFunctions: refuse })]);
    await expect(new LambdaClient(clientOptions(cloud.url)).send(new ListFunctionsCommand({}))).rejects.toMatchObject({
      name: "ResourceNotFound",
      message: "There is no <such> thing & never was.",
    });
  });

  it("answers an unknown path with AWS's error shape", async () => {
    await using cloud = await startCloud([lambda({})]);
    const client = new LambdaClient(clientOptions(cloud.url));
    await expect(client.send(new ListFunctionsCommand({}))).rejects.toMatchObject({ name: "UnsupportedOperation" });
    expect(cloud.lines).toEqual(["not emulated: lambda.ListFunctions"]);
  });
});

describe("rest-xml", () => {
  const route53 = (operations: AwsService["operations"]): AwsService => ({
    signingName: "route53",
    protocol: {
      kind: "rest-xml",
      namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
      routes: [
        { method: "GET", path: "/2013-04-01/hostedzone/{Id}/rrset", operation: "ListResourceRecordSets" },
        { method: "POST", path: "/2013-04-01/hostedzone/{Id}/rrset", operation: "ChangeResourceRecordSets" },
      ],
    },
    operations,
  });

  it("reads and writes lists of one and of many", async () => {
    const { operation, inputs } = recorder({
      ResourceRecordSets: [{ Name: "a.b.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "127.0.0.1" }] }],
      IsTruncated: false,
      ChangeInfo: { Id: "/change/C1", Status: "INSYNC", SubmittedAt: at },
    });
    await using cloud = await startCloud([
      route53({ ListResourceRecordSets: operation, ChangeResourceRecordSets: operation }),
    ]);
    const client = new Route53Client(clientOptions(cloud.url));
    const listed = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: "Z1" }));
    expect(listed.ResourceRecordSets).toEqual([
      { Name: "a.b.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "127.0.0.1" }] },
    ]);
    const set = { Name: "a.b.", Type: "TXT" as const, TTL: 60, ResourceRecords: [{ Value: '"x & y"' }] };
    const changed = await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: "Z1",
        ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet: set }] },
      }),
    );
    expect(changed.ChangeInfo).toEqual({ Id: "/change/C1", Status: "INSYNC", SubmittedAt: at });
    expect(inputs[1]).toEqual({
      Id: "Z1",
      ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet: { ...set, TTL: "60" } }] },
    });
  });

  it("carries the code and message of an error", async () => {
    await using cloud = await startCloud([route53({ ListResourceRecordSets: refuse })]);
    await expect(
      new Route53Client(clientOptions(cloud.url)).send(new ListResourceRecordSetsCommand({ HostedZoneId: "Z1" })),
    ).rejects.toMatchObject({ name: "ResourceNotFound", message: "There is no <such> thing & never was." });
  });
});
