import type { StagePlan } from "#fleet";
import { Failure } from "./failure.ts";

export interface AwsSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface Client {
  destroy(): void;
}

/** The SDK clients of one run: each is built when it is first asked for, once. */
export interface Aws {
  client<C extends Client>(kind: new (settings: AwsSettings) => C): C;
  /** Closes their connections, without which the process would stay for seconds. */
  close(): void;
}

export function createAws(settings: AwsSettings): Aws {
  const clients: Client[] = [];
  return {
    client(kind) {
      const known = clients.find((client) => client instanceof kind);
      if (known instanceof kind) return known;
      const made = new kind(settings);
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
  const endpoint = env.AWS_ENDPOINT_URL ?? defaultEndpoint;
  if (URL.parse(endpoint)?.hostname !== "127.0.0.1")
    throw new Failure(
      `Stage ${stage} runs on this machine, but AWS_ENDPOINT_URL is ${endpoint}: unset it, or export the address on 127.0.0.1 that npm start prints.`,
    );
  return { region, endpoint, credentials: { accessKeyId: "operator", secretAccessKey: "operator" } };
}

const unreachable = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT", "EAI_AGAIN"]);
const unknownCredentials = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/** An SDK's error in one line that says what to do; `undefined` for one that needs no translation. */
export function explainAws(error: unknown, plan: StagePlan | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isUnreachable(error)) return unreachableText(plan);
  if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError")
    return "No AWS credentials: set AWS_PROFILE, or run aws sso login or aws configure, then try again.";
  if (unknownCredentials.has(error.name))
    return `AWS does not accept these credentials (${error.name}): run aws sso login, or choose another AWS_PROFILE.`;
  if (error.name.startsWith("AccessDenied")) return `These credentials may not do that: ${error.message}`;
  if (error.name === "ClusterNotFoundException" || error.name === "ServiceNotFoundException")
    return plan && notDeployed(plan);
  return undefined;
}

/** The road for a stage whose map is known and whose resources are not there. */
export function notDeployed({ stage, runsOn }: StagePlan): string {
  const remedy = runsOn === "loopback" ? "npm start" : `npx sst deploy --stage ${stage}`;
  return `Stage ${stage} is in the map, but not deployed, or not in this region: ${remedy}`;
}

function isUnreachable(error: Error): boolean {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return unreachable.has(code) || error.name === "TimeoutError";
}

function unreachableText(plan: StagePlan | undefined): string {
  return plan?.runsOn === "loopback"
    ? "Nobody answers at the local endpoint: start it with npm start, and export the AWS_ENDPOINT_URL it prints."
    : "AWS does not answer from here: check the network, the region and AWS_ENDPOINT_URL, then try again.";
}

/** `true` for an error of AWS with one of these codes. */
export function isAwsError(error: unknown, ...codes: readonly string[]): error is Error {
  return error instanceof Error && codes.includes(error.name);
}

/** What a call gives, or `undefined` where AWS says that there is no such thing. */
export async function orMissing<T>(call: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, ...codes)) return undefined;
    throw error;
  }
}
