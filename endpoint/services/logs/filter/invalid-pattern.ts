import { AwsError } from "#endpoint/core/errors.ts";

export function invalidPattern(detail: string): AwsError {
  return new AwsError("InvalidParameterException", `Invalid filter pattern: ${detail}`);
}
