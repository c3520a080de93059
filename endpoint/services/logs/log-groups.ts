import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, LogGroupSink, Place } from "#endpoint/core/ports.ts";
import { createLogGroup, type LogEvent, type LogGroup, type LogStream } from "./log-group.ts";

export interface LogGroups extends LogGroupSink {
  create(name: string): LogGroup;
  /** By name or arn. Throws `ResourceNotFoundException`. */
  get(reference: string): LogGroup;
  delete(reference: string): void;
  list(): readonly LogGroup[];
  createStream(group: LogGroup, name: string): LogStream;
  stream(group: LogGroup, name: string): LogStream;
  /** Calls back for every event that arrives in the group, also if the group is created later. */
  subscribe(group: string, listener: (event: LogEvent) => void): () => void;
}

export function createLogGroups(
  place: Pick<Place, "region" | "account">,
  clock: Clock,
  onEvent: (event: LogEvent) => void = () => undefined,
): LogGroups {
  const groups = new Map<string, LogGroup>();
  const subscribers = new Map<string, Set<(event: LogEvent) => void>>();

  const create = (name: string): LogGroup => {
    if (groups.has(name))
      throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
    const arn = `arn:aws:logs:${place.region}:${place.account}:log-group:${name}`;
    const group = createLogGroup({ name, arn }, () => clock.now());
    group.subscribe((event) => {
      onEvent(event);
      for (const listener of subscribers.get(name) ?? []) listener(event);
    });
    groups.set(name, group);
    return group;
  };

  const find = (reference: string) =>
    groups.get(/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(reference)?.[1] ?? reference);

  const get = (reference: string): LogGroup => {
    const group = find(reference);
    if (group === undefined) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
    return group;
  };

  const createStream = (group: LogGroup, name: string): LogStream => {
    if (group.streams.has(name))
      throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
    const stream = { name, arn: `${group.arn}:log-stream:${name}`, creationTime: clock.now() };
    group.streams.set(name, stream);
    return stream;
  };

  return {
    create,
    get,
    createStream,
    list: () => [...groups.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    delete(reference) {
      groups.delete(get(reference).name);
    },
    stream(group, name) {
      const stream = group.streams.get(name);
      if (stream === undefined)
        throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
      return stream;
    },
    hasGroup: (name) => groups.has(name),
    write(groupName, streamName, lines) {
      const group = groups.get(groupName) ?? create(groupName);
      const stream = group.streams.get(streamName) ?? createStream(group, streamName);
      const timestamp = clock.now();
      group.append(
        stream,
        lines.map((message) => ({ timestamp, message })),
      );
    },
    subscribe(name, listener) {
      const listeners = subscribers.get(name) ?? new Set();
      subscribers.set(name, listeners);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
