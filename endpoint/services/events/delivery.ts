import { AwsError } from "#endpoint/core/errors.ts";
import type {
  AsyncInvoker,
  Clock,
  InvokePermissions,
  LogSink,
  QueueClient,
  TopicPublisher,
} from "#endpoint/core/ports.ts";
import type { Envelope } from "./envelope.ts";
import type { Rule } from "./rules.ts";
import { type Target, targetInput, targetKind } from "./target.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DEFAULT_RETRIES = 185;
const DEFAULT_MAX_AGE_S = 86_400;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 10 * 60_000;

export interface TargetPorts {
  readonly clock: Clock;
  readonly functions: AsyncInvoker & InvokePermissions;
  readonly queues: QueueClient;
  readonly topics: TopicPublisher;
  readonly logs: LogSink;
  /** Puts an event on another bus. */
  readonly forward: (busArn: string, event: Envelope) => void;
}

/** Hands events to targets: at least once, retried with backoff, and dead-lettered when that fails. */
export interface Deliverer {
  deliver(rule: Rule, target: Target, event: Envelope): Promise<void>;
}

export function createDeliverer(ports: TargetPorts, signal: AbortSignal): Deliverer {
  const { clock } = ports;

  const deliver = async (rule: Rule, target: Target, event: Envelope, input: string) => {
    const retries = target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRIES;
    const expiry = clock.now() + (target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_S) * 1_000;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const failure = await hand(ports, rule, target, event, input);
      if (failure === undefined) return;
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS);
      const exhausted = failure.retryable ? exhaustion(attempt >= retries, clock.now() + backoff > expiry) : undefined;
      if (exhausted !== undefined || !failure.retryable) {
        return deadLetter(ports, rule, target, input, { failure, attempt, exhausted });
      }
      await clock.sleep(backoff, signal);
    }
  };

  return {
    async deliver(rule, target, event) {
      const input = targetInput(target, event, rule);
      if (input !== undefined) await deliver(rule, target, event, input);
    },
  };
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

interface Defeat {
  readonly failure: Failure;
  readonly attempt: number;
  /** Absent for a failure that is not worth a second attempt. */
  readonly exhausted: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | undefined;
}

/** Which limit of the retry policy was reached; `undefined` while another attempt is due. */
function exhaustion(outOfRetries: boolean, outOfTime: boolean): Defeat["exhausted"] {
  if (outOfRetries) return "MaximumRetryAttempts";
  return outOfTime ? "MaximumEventAgeInSeconds" : undefined;
}

async function hand(
  ports: TargetPorts,
  rule: Rule,
  target: Target,
  event: Envelope,
  input: string,
): Promise<Failure | undefined> {
  try {
    await send(ports, rule, target, event, input);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

async function send(ports: TargetPorts, rule: Rule, target: Target, event: Envelope, input: string): Promise<void> {
  switch (targetKind(target)) {
    case "lambda":
      if (!ports.functions.permits(target.Arn, "events.amazonaws.com", rule.arn)) {
        throw new AwsError("AccessDeniedException", `The policy of ${target.Arn} does not let ${rule.arn} invoke it.`);
      }
      return ports.functions.enqueue(target.Arn, input);
    case "sqs":
      return ports.queues.send(target.Arn, input);
    case "sns":
      return ports.topics.publish(target.Arn, { body: input });
    case "logs":
      return ports.logs.write(logGroupOf(target.Arn), event.id, [input]);
    case "events":
      return ports.forward(target.Arn, event);
  }
}

/** `arn:aws:logs:<region>:<account>:log-group:<name>[:*]` */
function logGroupOf(arn: string): string {
  return arn.split(":").slice(6).join(":").replace(/:\*$/, "");
}

/** A target that does not exist, or that refuses, is not tried again. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof AwsError ? error.code : "";
  if (/AccessDenied/.test(code)) return { code: "NO_PERMISSIONS", message, retryable: false };
  if (/NotFound|NonExistent|DoesNotExist/.test(code)) return { code: "NO_RESOURCE", message, retryable: false };
  return { code: "SDK_CLIENT_ERROR", message, retryable: true };
}

async function deadLetter(
  { queues }: TargetPorts,
  rule: Rule,
  target: Target,
  input: string,
  { failure, attempt, exhausted }: Defeat,
): Promise<void> {
  const queue = target.DeadLetterConfig?.Arn;
  if (queue === undefined) return;
  await queues.send(queue, input, {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    RETRY_ATTEMPTS: String(attempt),
  });
}
