import { AwsError } from "#endpoint/core/errors.ts";

/** CloudFormation's code for every refused request; clients switch on it (unlike the JSON services' `…Exception`). */
export function refused(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export function formatError(message: string): AwsError {
  return refused(`Template format error: ${message}`);
}

export function templateError(message: string): AwsError {
  return refused(`Template error: ${message}`);
}

export function describeFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
