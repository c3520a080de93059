import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * The oldest minor version of each major one that reads `AWS_ENDPOINT_URL`:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
const oldest: Readonly<Record<string, number>> = { "1": 29, "2": 13 };

/**
 * What somebody should know of the AWS CLI on the PATH: an older one ignores the endpoint's address and goes to AWS,
 * with whatever credentials it finds. `undefined` where it is recent enough, or where there is none.
 */
export function cliWarning(version: string, endpointUrl: string): string | undefined {
  const [, major = "", minor = ""] = /^aws-cli\/(\d+)\.(\d+)\./.exec(version) ?? [];
  const needed = oldest[major];
  if (needed === undefined || Number(minor) >= needed) return undefined;
  return `The AWS CLI on the PATH is ${major}.${minor}: before ${major}.${needed} it ignores AWS_ENDPOINT_URL and calls AWS itself. Update it, or: alias aws='aws --endpoint-url ${endpointUrl}'`;
}

/** Its `aws --version`; empty where there is none that answers. */
export async function cliVersion(): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)("aws", ["--version"], { timeout: 10_000 });
    return stdout || stderr;
  } catch {
    return "";
  }
}
