import type { Writable } from "node:stream";

/**
 * What the emulated services ask of each other, in-process. Each is implemented by the service that owns the truth
 * and wired in `endpoint/cloud.ts`, the one place that knows all of them.
 */

export interface Place {
  readonly region: string;
  readonly account: string;
  /** `http://127.0.0.1:<port>`: what tasks and functions get as `AWS_ENDPOINT_URL`. */
  readonly endpointUrl: string;
}

/** Time in milliseconds since the epoch, and timers; tests turn it by hand. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted. Never rejects, and does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Events on the default bus. Rules, schedules and delivery belong to the EventBridge service. */
export interface EventBus {
  put(event: BusEvent): void;
}
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** CloudWatch Logs, as Lambda writes it. Group and stream are created when missing. */
export interface LogSink {
  write(group: string, stream: string, lines: readonly string[]): void;
}

/** CloudWatch Logs, as ECS writes it: a task whose group is missing does not start, and no task makes one. */
export interface LogGroupSink extends LogSink {
  hasGroup(group: string): boolean;
}

/** Secrets Manager, as ECS resolves `valueFrom` and CloudFormation its dynamic references. Throws `AwsError`. */
export interface SecretReader {
  read(secretId: string, version?: { readonly stage?: string; readonly id?: string }): string;
}

/** ECR, as ECS asks which image a name means when a task starts; `undefined` for images of other registries. */
export interface ImageResolver {
  digestOf(image: string): string | undefined;
}

/** SSM Parameter Store, likewise. Throws `AwsError`. */
export interface ParameterReader {
  read(name: string): string;
}

/**
 * By each name that exists in the public zones, the name or address its record leads to: `undefined` where no record of
 * it leads anywhere, which still hides a wildcard above it. Names are in lower case, without the final dot.
 */
export type NameTable = ReadonlyMap<string, string | undefined>;

/** Route 53, as the balancers' front door follows it. */
export interface PublicNames {
  /** Calls back at once, and with the whole table again on every change. */
  follow(listener: (names: NameTable) => void): void;
}

/** Route 53, as CloudFormation proves there that a domain is the caller's, and ACM looks for the proof. */
export interface ProofRecords {
  /** Throws `AwsError` where there is no such zone, or where it cannot hold the name. */
  write(zoneId: string, record: ProofRecord): void;
  has(record: ProofRecord): boolean;
}
/** A CNAME; names end with a dot. */
export interface ProofRecord {
  readonly name: string;
  readonly value: string;
}

export interface Target {
  readonly id: string;
  readonly port: number;
}
export type TargetHealth = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** Target groups, as ECS registers its tasks in them. */
export interface TargetRegistry {
  register(targetGroupArn: string, target: Target): void;
  /** Resolves when the target is drained: no request in flight on it, or the deregistration delay has passed. */
  deregister(targetGroupArn: string, target: Target): Promise<void>;
  health(targetGroupArn: string, target: Target): TargetHealth;
  /** The description of its state, such as `Health checks failed with these codes: [500]`. */
  healthDescription(targetGroupArn: string, target: Target): string | undefined;
  /** Calls back on every change of health; returns the unsubscribe function. */
  onHealthChange(listener: (targetGroupArn: string, target: Target, health: TargetHealth) => void): () => void;
}

/** CloudWatch metrics, as the balancer and Lambda report them. */
export interface MetricSink {
  put(datum: MetricDatum): void;
}
export interface MetricDatum {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** How often the value came; once by default. */
  readonly count?: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly unit?: string;
}

export type InvocationResult =
  | { readonly kind: "success"; readonly payload: string }
  | { readonly kind: "function-error"; readonly payload: string };

/** Lambda, as EventBridge, Secrets Manager, SNS, SQS and custom resources call it. Throws `AwsError` if there is none. */
export interface FunctionInvoker {
  invoke(functionArnOrName: string, payload: string): Promise<InvocationResult>;
}

/** Lambda's asynchronous invocation, as EventBridge and SNS use it: accepted now, retried twice, then dead-lettered. */
export interface AsyncInvoker {
  /** Throws `AwsError` if there is no such function; what happens afterwards is up to the function. */
  enqueue(functionArnOrName: string, payload: string): void;
}

/** The resource policies of functions, which services ask before they invoke. */
export interface InvokePermissions {
  /** Whether the function's policy lets a service, such as `events.amazonaws.com`, invoke it for `sourceArn`. */
  permits(functionArn: string, service: string, sourceArn: string): boolean;
}

/** SNS, as alarms and EventBridge publish. */
export interface TopicPublisher {
  /** @param alarm ARN of the alarm in whose name CloudWatch publishes, which needs the topic's key */
  publish(
    topicArn: string,
    message: { readonly subject?: string; readonly body: string },
    alarm?: string,
  ): Promise<void>;
}

/** KMS, as services ask about what they encrypt. */
export interface KeyPolicies {
  /** By id, ARN or alias; `undefined` where there is no such key, or one that cannot be used. */
  arnOf(key: string): string | undefined;
  /** Whether the key's policy lets a service of AWS use it, in what its condition keys say is the case. */
  letsService(key: string, service: string, conditionKeys: ConditionKeys): boolean;
}

/** S3, as services of AWS deliver to buckets. */
export interface BucketPolicies {
  /** Whether the policy of a bucket lets a service of AWS put an object there. */
  letsWrite(bucket: string, service: string, key: string): Promise<boolean>;
}

/** SQS, as EventBridge sends and Lambda's event source mapping receives. */
export interface QueueClient {
  send(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  receive(
    queueArn: string,
    options: { readonly max: number; readonly waitSeconds: number },
    signal: AbortSignal,
  ): Promise<readonly QueueMessage[]>;
  delete(queueArn: string, receiptHandle: string): Promise<void>;
  /** Makes a received message visible again after `seconds`. */
  release(queueArn: string, receiptHandle: string, seconds: number): Promise<void>;
}
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** S3, as CloudFormation fetches templates and Lambda fetches code. Throws `AwsError` `NoSuchKey`. */
export interface ObjectReader {
  get(bucket: string, key: string): Promise<Buffer>;
}

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** STS, as ECS and Lambda obtain the credentials of a role for a task or a function. */
export interface CredentialIssuer {
  issue(roleArn: string, sessionName: string): RoleCredentials;
}

/** A role's session, as IAM knows its bearer. */
export interface RolePrincipal {
  readonly roleArn: string;
  readonly sessionName: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
}

/** One thing a call does to one resource; a call that touches several needs all of them allowed. */
export interface AccessRequest {
  readonly principal: RolePrincipal;
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** Absent where the service does not say: then any statement on the action decides. */
  readonly resource?: string;
  /** Condition keys of the call, `ecs:cluster` and the like; the global keys are added. */
  readonly conditionKeys: ConditionKeys;
}

/** By name, `ecs:cluster`; a list for a multivalued key. Names are matched whatever their case. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[]>>;

/** IAM, as the front door asks before it dispatches a role's call. */
export interface Authorizer {
  decide(request: AccessRequest): Decision;
}

/** Distinguishes what stands in the way, as IAM's messages do. */
export type Decision = "allowed" | "explicit deny" | "no identity-based policy" | "no permissions boundary";

/** A child process and all its descendants, which never outlive this process. */
export interface ManagedProcess {
  readonly pid: number;
  /** Resolves once it is gone; `because` when it was ended for what it did. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null; readonly because?: string }>;
  /** SIGTERM to the whole group, SIGKILL after `graceMs`; resolves once gone. */
  stop(graceMs: number): Promise<void>;
  /** Its standard input, where the spec asked for one. */
  readonly stdin?: Writable;
}
export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Called per line of stdout or stderr, without the line break. */
  onLine?(line: string, stream: "stdout" | "stderr"): void;
  /** Called with what it writes as it writes it: for a conversation, which is not a log. */
  onData?(data: Buffer, stream: "stdout" | "stderr"): void;
  /** `open` gives it a standard input to write to; otherwise it reads end of file at once. */
  readonly stdin?: "open";
}
export interface ProcessSupervisor {
  start(spec: ProcessSpec): ManagedProcess;
  stopAll(): Promise<void>;
}

/** ECS, as Application Auto Scaling changes how many tasks a service has: by `service/<cluster>/<name>`. */
export interface ScalableServices {
  /** `undefined` where there is no such service, or only one that is being deleted. */
  read(resourceId: string): { readonly desired: number; readonly deploying: boolean } | undefined;
  scale(resourceId: string, desired: number): void;
}

/** CloudWatch, as Application Auto Scaling keeps alarms there whose states it follows itself. */
export interface AlarmKeeper {
  /** With the members of PutMetricAlarm. */
  put(alarm: Readonly<Record<string, unknown>>): void;
  delete(name: string): void;
  /** `undefined` where there is no such alarm. */
  read(name: string): { readonly inAlarm: boolean; readonly latest: LatestValue | undefined } | undefined;
}

/** Of an alarm's metric, in the newest whole period; milliseconds since the epoch when that began. */
export interface LatestValue {
  readonly at: number;
  readonly value: number;
}

/** The state of alarms, for those who act on it. */
export interface AlarmStates {
  /** `undefined` where there is no alarm of this name. */
  read(name: string): AlarmReading | undefined;
  /** Calls back with the alarm's name after each change of a state; returns the unsubscribe function. */
  onChange(listener: (name: string) => void): () => void;
}

export interface AlarmReading {
  readonly inAlarm: boolean;
  /** How long it takes the alarm to have looked at a moment: its evaluation periods, and the wait for the next look. */
  readonly rangeMs: number;
}
