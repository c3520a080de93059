import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { LogsEngine } from "../engine.ts";
import type { LogGroup, LogStream } from "../log-group.ts";
import type { MetricFilters } from "../metric-filters.ts";
import { page, pageSchema } from "../page.ts";

const groupName = v.pipe(v.string(), v.minLength(1), v.maxLength(512), v.regex(/^[.\-_/#A-Za-z0-9]+$/));
const named = v.object({ logGroupName: groupName });
const tags = v.record(v.string(), v.string());

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

/** Throws for a number of days that CloudWatch Logs does not offer. */
export function checkRetention(days: number): number {
  if (!RETENTIONS.has(days))
    throw new AwsError(
      "InvalidParameterException",
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...RETENTIONS].join(", ")}]`,
    );
  return days;
}

export function groupOperations({ groups, filters }: LogsEngine): Operations {
  return {
    CreateLogGroup: define(v.object({ ...named.entries, tags: v.optional(tags, {}) }), (input) => {
      groups.create(input.logGroupName).tags = input.tags;
      return {};
    }),
    DeleteLogGroup: define(named, (input) => {
      groups.delete(input.logGroupName);
      return {};
    }),
    PutRetentionPolicy: define(v.object({ ...named.entries, retentionInDays: numeric }), (input) => {
      groups.get(input.logGroupName).retentionInDays = checkRetention(input.retentionInDays);
      return {};
    }),
    DeleteRetentionPolicy: define(named, (input) => {
      groups.get(input.logGroupName).retentionInDays = undefined;
      return {};
    }),
    DescribeLogGroups: define(
      v.object({
        ...pageSchema,
        logGroupNamePrefix: v.optional(v.string(), ""),
        logGroupNamePattern: v.optional(v.string(), ""),
      }),
      (input) => {
        const pattern = input.logGroupNamePattern.toLowerCase();
        const matching = groups
          .list()
          .filter(({ name }) => name.startsWith(input.logGroupNamePrefix) && name.toLowerCase().includes(pattern));
        const { items, ...more } = page(matching, input);
        return { logGroups: items.map((group) => describeGroup(group, filters)), ...more };
      },
    ),

    CreateLogStream: define(v.object({ ...named.entries, logStreamName: v.string() }), (input) => {
      groups.createStream(groups.get(input.logGroupName), input.logStreamName);
      return {};
    }),
    DeleteLogStream: define(v.object({ ...named.entries, logStreamName: v.string() }), (input) => {
      const group = groups.get(input.logGroupName);
      group.deleteStream(groups.stream(group, input.logStreamName).name);
      return {};
    }),
    DescribeLogStreams: define(
      v.object({
        ...pageSchema,
        logGroupName: v.optional(v.string()),
        logGroupIdentifier: v.optional(v.string()),
        logStreamNamePrefix: v.optional(v.string(), ""),
        orderBy: v.optional(v.picklist(["LogStreamName", "LastEventTime"]), "LogStreamName"),
        descending: v.optional(v.boolean(), false),
      }),
      (input) => {
        const group = groups.get(input.logGroupName ?? input.logGroupIdentifier ?? "");
        const matching = [...group.streams.values()].filter(({ name }) => name.startsWith(input.logStreamNamePrefix));
        const order = input.orderBy === "LastEventTime" ? byLastEvent : byName;
        const sorted = matching.toSorted(order);
        const { items, ...more } = page(input.descending ? sorted.toReversed() : sorted, input);
        return { logStreams: items.map(describeStream), ...more };
      },
    ),

    TagResource: define(v.object({ resourceArn: v.string(), tags }), (input) => {
      const group = groups.get(input.resourceArn);
      group.tags = { ...group.tags, ...input.tags };
      return {};
    }),
    UntagResource: define(v.object({ resourceArn: v.string(), tagKeys: v.array(v.string()) }), (input) => {
      const group = groups.get(input.resourceArn);
      const kept = Object.entries(group.tags).filter(([key]) => !input.tagKeys.includes(key));
      group.tags = Object.fromEntries(kept);
      return {};
    }),
    ListTagsForResource: define(v.object({ resourceArn: v.string() }), (input) => ({
      tags: groups.get(input.resourceArn).tags,
    })),
  };
}

function byName(a: LogStream, b: LogStream): number {
  return a.name < b.name ? -1 : 1;
}

function byLastEvent(a: LogStream, b: LogStream): number {
  return (a.lastEventTimestamp ?? a.creationTime) - (b.lastEventTimestamp ?? b.creationTime);
}

function describeGroup(group: LogGroup, filters: MetricFilters) {
  return {
    logGroupName: group.name,
    arn: `${group.arn}:*`,
    logGroupArn: group.arn,
    creationTime: group.creationTime,
    metricFilterCount: filters.list().filter(({ logGroupName }) => logGroupName === group.name).length,
    storedBytes: group.storedBytes,
    logGroupClass: "STANDARD",
    ...(group.retentionInDays === undefined ? {} : { retentionInDays: group.retentionInDays }),
    kmsKeyId: group.kmsKeyId,
  };
}

function describeStream({ name, ...stream }: LogStream) {
  return { logStreamName: name, ...stream, storedBytes: 0 };
}
