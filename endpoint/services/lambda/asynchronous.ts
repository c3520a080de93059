import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, EventBus, MetricSink, QueueClient, TopicPublisher } from "#endpoint/core/ports.ts";
import type { Execution } from "./environment.ts";
import type { Executor } from "./executor.ts";
import type { EventInvokeConfig, Functions, Resolved } from "./functions.ts";
import { jsonOf } from "./outcome.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];
const DEFAULT_RETRIES = 2;
const DEFAULT_MAX_AGE_S = 6 * 60 * 60;
const MAX_BACKOFF_MS = 5 * 60_000;

export interface AsynchronousPorts {
  readonly clock: Clock;
  readonly metrics: MetricSink;
  readonly functions: Functions;
  readonly executor: Executor;
  readonly queues: QueueClient;
  readonly topics: TopicPublisher;
  readonly events: EventBus;
}

export interface AsynchronousInvoker {
  /** Accepts an event and returns the id that all its attempts share. Throws `ResourceNotFoundException`. */
  accept(functionArnOrName: string, payload: string, qualifier?: string): string;
  stop(): void;
}

type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded";

interface Ending {
  readonly condition: Condition;
  readonly attempts: number;
  readonly execution: Execution | undefined;
}

/** Lambda's event queue: an event is tried, tried again, and ends at a destination or in the dead-letter queue. */
export function createAsynchronousInvoker(ports: AsynchronousPorts): AsynchronousInvoker {
  const { clock, executor, functions } = ports;
  const stopped = new AbortController();

  /** Waits while the function is throttled, for as long as the event is young enough. */
  const executeBefore = async (expiry: number, target: Resolved, payload: string, requestId: string) => {
    for (let backoff = 1_000; clock.now() < expiry && !stopped.signal.aborted; backoff *= 2) {
      try {
        return await executor.execute(latest(functions, target), payload, requestId);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "TooManyRequestsException") throw error;
        await clock.sleep(Math.min(backoff, MAX_BACKOFF_MS), stopped.signal);
      }
    }
    return undefined;
  };

  const attempt = async (target: Resolved, payload: string, requestId: string): Promise<Ending> => {
    const config = configOf(target);
    const limit = 1 + (config?.maximumRetryAttempts ?? DEFAULT_RETRIES);
    const expiry = clock.now() + (config?.maximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_S) * 1_000;
    let last: Execution | undefined;
    for (let attempts = 1; ; attempts += 1) {
      const execution = await executeBefore(expiry, target, payload, requestId);
      if (execution === undefined) return { condition: "EventAgeExceeded", attempts: attempts - 1, execution: last };
      if (execution.result.kind === "success") return { condition: "Success", attempts, execution };
      if (attempts === limit) return { condition: "RetriesExhausted", attempts, execution };
      last = execution;
      await clock.sleep(RETRY_DELAYS_MS[attempts - 1] ?? 0, stopped.signal);
    }
  };

  const finish = async (target: Resolved, payload: string, requestId: string, ending: Ending): Promise<void> => {
    const config = configOf(target);
    const destination = ending.condition === "Success" ? config?.onSuccess : config?.onFailure;
    if (destination !== undefined) {
      await deliver(ports, destination, record(target, payload, requestId, ending, clock.now()), ending.condition);
    }
    const deadLetter = target.version.configuration.DeadLetterConfig?.TargetArn;
    if (ending.condition === "Success" || !deadLetter) return;
    const errorMessage = errorMessageOf(ending.execution);
    if (deadLetter.includes(":sns:")) await ports.topics.publish(deadLetter, { body: payload });
    else {
      const attributes = { RequestID: requestId, ErrorCode: "200", ErrorMessage: errorMessage };
      await ports.queues.send(deadLetter, payload, attributes);
    }
  };

  return {
    accept(functionArnOrName, payload, qualifier) {
      const target = functions.resolve(functionArnOrName, qualifier);
      const requestId = randomUUID();
      const dimensions = { FunctionName: target.fn.name };
      const count = (metric: string) =>
        ports.metrics.put({ namespace: "AWS/Lambda", metric, dimensions, value: 1, unit: "Count", at: clock.now() });
      count("AsyncEventsReceived");
      attempt(target, payload, requestId)
        .then((ending) => (stopped.signal.aborted ? undefined : finish(target, payload, requestId, ending)))
        // The function is gone, or its destination refuses: on AWS, too, only metrics show it.
        .catch(() => count("AsyncEventsDropped"));
      return requestId;
    },
    stop: () => stopped.abort(),
  };
}

function configOf({ fn, qualifier }: Resolved): EventInvokeConfig | undefined {
  return fn.eventInvokeConfigs.get(qualifier ?? "$LATEST");
}

/** A retry runs the code that is deployed by then. */
function latest(functions: Functions, target: Resolved): Resolved {
  return functions.resolve(target.fn.name, target.qualifier);
}

function errorMessageOf(execution: Execution | undefined): string {
  if (execution?.result.kind !== "function-error") return "";
  const { payload } = execution.result;
  try {
    const parsed: unknown = JSON.parse(payload);
    if (typeof parsed === "object" && parsed !== null && "errorMessage" in parsed) return String(parsed.errorMessage);
  } catch {
    // A custom runtime may answer an error that is not JSON; it is passed on as it is.
  }
  return payload.slice(0, 1_024);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function record(target: Resolved, payload: string, requestId: string, ending: Ending, now: number) {
  const { execution } = ending;
  return {
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${target.fn.arn}:${target.qualifier ?? "$LATEST"}`,
      condition: ending.condition,
      approximateInvokeCount: ending.attempts,
    },
    requestPayload: jsonOf(payload),
    ...(execution && {
      responseContext: {
        statusCode: 200,
        executedVersion: target.version.version,
        ...(execution.result.kind === "function-error" && { functionError: "Unhandled" }),
      },
      responsePayload: jsonOf(execution.result.payload),
    }),
  };
}

async function deliver(
  ports: AsynchronousPorts,
  destination: string,
  body: ReturnType<typeof record>,
  condition: Condition,
): Promise<void> {
  const text = JSON.stringify(body);
  switch (destination.split(":")[2]) {
    case "sqs":
      return ports.queues.send(destination, text);
    case "sns":
      return ports.topics.publish(destination, { body: text });
    case "lambda":
      await ports.executor.execute(ports.functions.resolve(destination), text);
      return;
    case "events":
      return ports.events.put({
        source: "lambda",
        detailType: `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`,
        resources: [body.requestContext.functionArn],
        detail: body,
      });
    default:
      throw new AwsError("InvalidParameterValueException", `The destination ARN ${destination} is invalid.`);
  }
}
