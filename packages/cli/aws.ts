import type { StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { Failure } from "./failure.ts";

export interface AwsSettings {
  readonly region: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts?: number;
  readonly requestHandler?: { readonly connectionTimeout: number; readonly requestTimeout: number };
}

interface Client {
  destroy(): void;
}

/** The SDK clients of one run: each is built once, when first needed. */
export interface Aws {
  client<C extends Client>(kind: new (settings: AwsSettings) => C): C;
  /** Closes their connections, without which the process would stay for seconds. */
  close(): void;
}

/** Without a limit, an address that drops packets would hold a command for minutes. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 60_000 };
/**
 * Of a large stage more is asked than AWS allows at once: what it refuses is asked again, for some seconds.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const maxAttempts = 5;

export function createAws(settings: AwsSettings): Aws {
  const clients: Client[] = [];
  return {
    client(kind) {
      const known = clients.find((client) => client instanceof kind);
      if (known instanceof kind) return known;
      const attempts = process.env.AWS_MAX_ATTEMPTS ? {} : { maxAttempts };
      const made = new kind({ requestHandler, ...attempts, ...settings });
      clients.push(made);
      return made;
    },
    close() {
      for (const client of clients) client.destroy();
    },
  };
}

const defaultEndpoint = "http://127.0.0.1:4577";

/**
 * Where a stage's calls go. A stage on loopback never sees the operator's own credentials, and never leaves
 * 127.0.0.1; one on AWS follows the settings of the AWS CLI, `AWS_ENDPOINT_URL` included.
 */
export function settingsOf({ stage, runsOn, region }: StagePlan, env: Readonly<NodeJS.ProcessEnv>): AwsSettings {
  if (runsOn === "aws") return { region };
  // Empty is unset, as it is to the AWS CLI.
  const endpoint = env.AWS_ENDPOINT_URL || defaultEndpoint;
  if (URL.parse(endpoint)?.hostname !== "127.0.0.1")
    throw new Failure(
      `Stage ${stage} runs on this machine, but AWS_ENDPOINT_URL is ${endpoint}: unset it, or export the address on 127.0.0.1 that npm start prints.`,
    );
  return { region, endpoint, credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
}

const unreachable = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPROTO",
  "ETIMEDOUT",
]);
const unknownCredentials = new Set([
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);
/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html: what the SDK retries, and gives up. */
const throttled = new Set([
  "RequestLimitExceeded",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
]);

/** An SDK's error in one line that says what to do; `undefined` for an error that is not from AWS. */
export function explainAws(error: unknown, plan: StagePlan | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name } = error;
  if (isUnreachable(error)) return unreachableText(plan);
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return `No AWS credentials${inProfile()}: set AWS_PROFILE, or run aws sso login or aws configure, then try again.`;
  if (isExpired(error)) return "The AWS credentials have expired: run aws sso login, or choose another AWS_PROFILE.";
  if (unknownCredentials.has(name))
    return `AWS does not accept these credentials (${name}): run aws sso login, or choose another AWS_PROFILE.`;
  if (isDenied(error)) return deniedText(error.message);
  if (throttled.has(name))
    return "AWS still throttles this account's calls after several tries: wait a minute, then try again.";
  if (name === "ClusterNotFoundException" || name === "ServiceNotFoundException") return plan && notDeployed(plan);
  return "$metadata" in error || "$responseBodyText" in error || "$response" in error
    ? otherText(error, plan)
    : undefined;
}

/** The SDK does not say that it looked for one. */
function inProfile(): string {
  const { AWS_PROFILE } = process.env;
  return AWS_PROFILE ? ` in profile ${AWS_PROFILE}` : "";
}

/** Whether there are none that AWS takes: none at all, or they have expired, or others took their place. */
export function lacksCredentials(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "CredentialsProviderError" ||
      error.name === "TokenProviderError" ||
      unknownCredentials.has(error.name) ||
      isExpired(error))
  );
}

const isExpired = ({ name }: Error) => name.startsWith("ExpiredToken");

/** Whether these credentials lack the permission for a call. */
export function isDenied(error: unknown): error is Error {
  return error instanceof Error && (error.name.startsWith("AccessDenied") || error.name === "UnauthorizedOperation");
}

function isUnreachable(error: Error): boolean {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return unreachable.has(code) || error.name === "TimeoutError";
}

/** An error that may be gone at the next attempt: no answer, or AWS throttled. */
export function isPassing(error: unknown): boolean {
  return error instanceof Error && (isUnreachable(error) || throttled.has(error.name));
}

function unreachableText(plan: StagePlan | undefined): string {
  return plan?.runsOn === "loopback"
    ? "The local endpoint does not answer: start it with npm start, and export the AWS_ENDPOINT_URL it prints."
    : "AWS cannot be reached: check the network, the region and AWS_ENDPOINT_URL, then try again.";
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function deniedText(message: string): string {
  const [, action, resource] = /not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? [];
  const what = action === undefined ? message : `${action}${resource === undefined ? "" : ` on ${resource}`}`;
  return `These credentials are not allowed to do that: ${what || "AWS names no permission"}. Ask for it, or choose another AWS_PROFILE.`;
}

/** The answer may not come from AWS at all, but from a proxy or another port of this machine. */
function otherText(error: Error, plan: StagePlan | undefined): string {
  const [said = ""] = error.message.split("\n");
  if (/deserialization|parse error|unexpected (content|token)|^unknown/i.test(error.message))
    return plan?.runsOn === "loopback"
      ? "Something other than the local endpoint answered: export the AWS_ENDPOINT_URL that npm start prints."
      : "Something other than AWS answered: check AWS_ENDPOINT_URL, and any proxy.";
  return `AWS refused: ${said} (${error.name})`;
}

/** The way forward for a stage that is in the map but has no resources. */
export function notDeployed(plan: StagePlan): string {
  return `Stage ${plan.stage} is in the map but not deployed, or not in this region: ${howToDeploy(plan)}`;
}

/** `true` for an error of AWS with one of these codes. */
export function isAwsError(error: unknown, ...codes: readonly string[]): error is Error {
  return error instanceof Error && codes.includes(error.name);
}

/** What a call returns, or `undefined` if AWS knows no such thing. */
export async function orMissing<T>(call: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, ...codes)) return undefined;
    throw error;
  }
}
