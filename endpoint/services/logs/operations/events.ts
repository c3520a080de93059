import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { LogsEngine } from "../engine.ts";
import { parseFilterPattern } from "../filter/pattern.ts";
import type { LogEvent } from "../log-group.ts";
import { sortByAge } from "./ages.ts";

const MAX_EVENTS = 10_000;

const putSchema = v.object({
  logGroupName: v.string(),
  logStreamName: v.string(),
  logEvents: v.pipe(
    v.array(v.object({ timestamp: numeric, message: v.pipe(v.string(), v.minLength(1)) })),
    v.minLength(1),
    v.maxLength(MAX_EVENTS),
  ),
});

const whichGroup = { logGroupName: v.optional(v.string()), logGroupIdentifier: v.optional(v.string()) };
const span = { startTime: v.optional(numeric, 0), endTime: v.optional(numeric, Number.POSITIVE_INFINITY) };
const paging = {
  limit: v.optional(v.pipe(numeric, v.minValue(1), v.maxValue(MAX_EVENTS)), MAX_EVENTS),
  nextToken: v.optional(v.nullable(v.string())),
};

const getSchema = v.object({
  ...whichGroup,
  ...span,
  ...paging,
  logStreamName: v.string(),
  startFromHead: v.optional(v.boolean(), false),
});

const filterSchema = v.object({
  ...whichGroup,
  ...span,
  ...paging,
  logStreamNames: v.optional(v.array(v.string())),
  logStreamNamePrefix: v.optional(v.string(), ""),
  filterPattern: v.optional(v.string()),
});

export function eventOperations({ groups, clock }: LogsEngine): Operations {
  const groupOf = (input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined }) =>
    groups.get(input.logGroupName ?? input.logGroupIdentifier ?? "");

  return {
    PutLogEvents: define(putSchema, (input) => {
      const group = groups.get(input.logGroupName);
      const stream = groups.stream(group, input.logStreamName);
      const { accepted, rejected } = sortByAge(input.logEvents, clock.now(), group.retentionInDays);
      if (accepted.length > 0) group.append(stream, accepted);
      return { nextSequenceToken: "0", ...(rejected && { rejectedLogEventsInfo: rejected }) };
    }),

    GetLogEvents: define(getSchema, (input) => {
      const group = groupOf(input);
      const { name } = groups.stream(group, input.logStreamName);
      const all = group.events.filter(
        ({ stream, timestamp }) => stream === name && timestamp >= input.startTime && timestamp < input.endTime,
      );
      return slice(all, input);
    }),

    FilterLogEvents: define(filterSchema, (input) => {
      const matches = parseFilterPattern(input.filterPattern);
      if (input.nextToken && !/^\d{56}$/.test(input.nextToken)) throw invalidToken();
      const streams = input.logStreamNames && new Set(input.logStreamNames);
      const matching = groupOf(input).events.filter(
        (event) =>
          event.id > (input.nextToken ?? "") &&
          event.timestamp >= input.startTime &&
          event.timestamp <= input.endTime &&
          (streams?.has(event.stream) ?? event.stream.startsWith(input.logStreamNamePrefix)) &&
          matches(event.message),
      );
      const events = matching.slice(0, input.limit);
      const last = events.at(-1);
      return {
        events: events.map(({ id, stream, ...event }) => ({ ...event, eventId: id, logStreamName: stream })),
        searchedLogStreams: [],
        ...(last && matching.length > events.length ? { nextToken: last.id } : {}),
      };
    }),
  };
}

function invalidToken(): AwsError {
  return new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
}

/** Tokens point at an event: `f/` continues after it, `b/` before it. At an end, the token that came is the next one. */
function slice(all: readonly LogEvent[], input: v.InferOutput<typeof getSchema>) {
  if (input.nextToken && !/^(?:f\/(?:\d{56})?|b\/(?:\d{56}|~))$/.test(input.nextToken)) throw invalidToken();
  const [direction, id = ""] = (input.nextToken ?? (input.startFromHead ? "f/" : "b/~")).split("/");
  const events =
    direction === "f"
      ? all.filter((event) => event.id > id).slice(0, input.limit)
      : all.filter((event) => event.id < id).slice(-input.limit);
  return {
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${events.at(-1)?.id ?? (id === "~" ? "" : id)}`,
    nextBackwardToken: `b/${events.at(0)?.id ?? id}`,
  };
}
