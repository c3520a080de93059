import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
  TagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Clock, MetricDatum } from "#endpoint/core/ports.ts";
import type { ResourceContext } from "#endpoint/core/service.ts";
import { createLogs } from "#endpoint/services/logs/service.ts";
import { account, clientOptions, startCloud } from "../../core/cloud.ts";

let time = 1_700_000_000_000;
const clock: Clock = { now: () => time, sleep: async () => undefined };
const data: MetricDatum[] = [];
const logs = createLogs({
  place: { region: "us-east-1", account },
  clock,
  metrics: { put: (datum) => void data.push(datum) },
});
const cloud = await startCloud([logs.service]);
const client = new CloudWatchLogsClient(clientOptions(cloud.url));
afterAll(async () => {
  client.destroy();
  await cloud.close();
});

let logGroupName = "";
let groups = 0;
beforeEach(() => {
  groups += 1;
  logGroupName = `/ecs/prod/mcp/service_${groups}`;
});

const messages = async (input: object = {}) => {
  const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
  return events.map(({ message }) => message);
};

describe("what a task writes", () => {
  it("[RUN-5] is found by time and filter pattern, as `aws logs tail --since --filter-pattern` asks", async () => {
    logs.write(logGroupName, "s/a/1", ["HEC old"]);
    time += 60_000;
    logs.write(logGroupName, "s/a/1", ["HEC 403", "other"]);
    logs.write(logGroupName, "s/b/2", ["HEC 200"]);
    expect(await messages({ startTime: time - 1, filterPattern: "HEC", interleaved: true })).toEqual([
      "HEC 403",
      "HEC 200",
    ]);
    expect(await messages({ logStreamNames: ["s/b/2"] })).toEqual(["HEC 200"]);
  });

  it("[RUN-5] pages without loss or repetition, however small the pages", async () => {
    const lines = Array.from({ length: 25 }, (_, at) => `line ${at}`);
    logs.write(logGroupName, "s/a/1", lines);
    const seen: (string | undefined)[] = [];
    for await (const found of paginateFilterLogEvents({ client }, { logGroupName, limit: 4 }))
      seen.push(...(found.events ?? []).map(({ message }) => message));
    expect(seen).toEqual(lines);
  });

  it("[MCP-6] becomes metrics where it is in the embedded metric format, once for each set of dimensions", async () => {
    const directive = {
      Namespace: "mcp",
      Dimensions: [["tool"], ["tool", "error"]],
      Metrics: [{ Name: "took", Unit: "Seconds" }],
    };
    const document = {
      _aws: { Timestamp: time, CloudWatchMetrics: [directive] },
      tool: "add",
      error: "timeout",
      took: [1, 2],
    };
    logs.write(logGroupName, "s/a/1", [
      JSON.stringify(document),
      '{"_aws": 1}',
      '"_aws"',
      JSON.stringify({ ...document, took: "1" }),
    ]);
    const datum = { namespace: "mcp", metric: "took", unit: "Seconds", at: time };
    expect(data.splice(0)).toEqual(
      [{ tool: "add" }, { tool: "add", error: "timeout" }].flatMap((dimensions) =>
        [1, 2].map((value) => ({ ...datum, dimensions, value })),
      ),
    );
  });

  it("[AWS-10] is kept to the newest 100,000 lines or so", async () => {
    const lines = Array.from({ length: 120_000 }, (_, at) => `line ${at}`);
    for (let at = 0; at < lines.length; at += 1_000) logs.write(logGroupName, "s/a/1", lines.slice(at, at + 1_000));
    const kept: (string | undefined)[] = [];
    for await (const found of paginateFilterLogEvents({ client }, { logGroupName }))
      kept.push(...(found.events ?? []).map(({ message }) => message));
    expect(kept.length).toBeLessThanOrEqual(110_000);
    expect(kept.at(-1)).toBe("line 119999");
  });

  it("reaches subscribers, even those from before the group existed", () => {
    const seen: string[] = [];
    const unsubscribe = logs.subscribe(logGroupName, ({ message }) => void seen.push(message));
    logs.write(logGroupName, "s/a/1", ["one"]);
    unsubscribe();
    logs.write(logGroupName, "s/a/1", ["two"]);
    expect(seen).toEqual(["one"]);
  });
});

describe("the API", () => {
  it("takes a group through its life, with AWS's errors", async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName, tags: { team: "mcp" } }));
    await expect(client.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 365 }));
    await expect(
      client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    const resourceArn = `arn:aws:logs:us-east-1:${account}:log-group:${logGroupName}`;
    expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 365, arn: `${resourceArn}:*` }]);

    await client.send(new TagResourceCommand({ resourceArn, tags: { stage: "prod" } }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ team: "mcp", stage: "prod" });

    await client.send(new DeleteLogGroupCommand({ logGroupName }));
    await expect(client.send(new FilterLogEventsCommand({ logGroupName }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
  });

  it("reads a stream forwards and backwards by its tokens", async () => {
    const logStreamName = "s";
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const logEvents = [1, 2, 3].map((at) => ({ timestamp: time + at, message: `m${at}` }));
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));

    const read = async (input: object) => {
      const answer = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2, ...input }));
      return { ...answer, messages: answer.events?.map(({ message }) => message) };
    };
    const newest = await read({});
    expect(newest.messages).toEqual(["m2", "m3"]);
    expect((await read({ nextToken: newest.nextBackwardToken })).messages).toEqual(["m1"]);

    const head = await read({ startFromHead: true });
    const next = await read({ nextToken: head.nextForwardToken });
    expect([head.messages, next.messages]).toEqual([["m1", "m2"], ["m3"]]);
    const end = await read({ nextToken: next.nextForwardToken });
    expect(end).toMatchObject({ messages: [], nextForwardToken: next.nextForwardToken });

    const { logStreams = [] } = await client.send(new DescribeLogStreamsCommand({ logGroupName }));
    expect(logStreams).toMatchObject([{ firstEventTimestamp: time + 1, lastEventTimestamp: time + 3 }]);
  });

  it("[AWS-10] takes events in their order, and tells which are too old or too new", async () => {
    const logStreamName = "s";
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const hour = 3_600_000;
    const put = (...hours: readonly number[]) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: hours.map((at) => ({ timestamp: time + at * hour, message: `at ${at}` })),
        }),
      );
    await expect(put(0, -1)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Log events in a single PutLogEvents request must be in chronological order.",
    });
    await expect(put(-30, 0)).rejects.toThrow("cannot span more than 24 hours");
    expect((await put(-1, 0, 3)).rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 2 });
    expect((await put(-340, -330)).rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect((await put(0)).rejectedLogEventsInfo).toBeUndefined();
    expect(await messages()).toEqual(["at -330", "at -1", "at 0", "at 0"]);
  });

  it("[AWS-10] takes no token but its own, and no limit beyond AWS's", async () => {
    logs.write(logGroupName, "s", ["one"]);
    const get = (input: object) => client.send(new GetLogEventsCommand({ logGroupName, logStreamName: "s", ...input }));
    const invalid = { name: "InvalidParameterException", message: "The specified nextToken is invalid." };
    await expect(get({ nextToken: "garbage" })).rejects.toMatchObject(invalid);
    await expect(messages({ nextToken: "garbage" })).rejects.toMatchObject(invalid);
    await expect(messages({ limit: 10_001 })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message:
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    });
  });

  it("turns matching lines into metrics", async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await client.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName: "errors",
        filterPattern: '{ $.level = "error" }',
        metricTransformations: [{ metricName: "Errors", metricNamespace: "MCP", metricValue: "$.count" }],
      }),
    );
    logs.write(logGroupName, "s", ['{"level":"error","count":4}', '{"level":"info","count":9}']);
    expect(data).toEqual([{ namespace: "MCP", metric: "Errors", dimensions: {}, value: 4, at: time }]);
  });
});

describe("AWS::Logs::LogGroup", () => {
  const context: ResourceContext = {
    region: "us-east-1",
    account,
    stackName: "prod-mcp",
    stackId: "arn",
    logicalId: "Logs",
    stackTags: { stage: "prod" },
    signal: new AbortController().signal,
  };

  it("[ECS-2] is created, changed and removed by CloudFormation", async () => {
    const provider = logs.service.resources?.["AWS::Logs::LogGroup"];
    if (!provider) throw new Error("no provider");
    const properties = { LogGroupName: logGroupName, RetentionInDays: 365 };
    const state = await provider.create(properties, context);
    expect(state).toEqual({
      physicalId: logGroupName,
      attributes: { Arn: `arn:aws:logs:us-east-1:${account}:log-group:${logGroupName}:*` },
    });
    await expect(provider.create(properties, context)).rejects.toThrow("already exists");
    await provider.update(state, { LogGroupName: logGroupName }, properties, context);
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
    expect(logGroups[0]?.retentionInDays).toBeUndefined();
    await provider.delete(state, properties, context);
    await provider.delete(state, properties, context);
    await expect(messages()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});
