import { AwsError } from "#local/endpoint/errors.ts";

export function invalidPattern(detail: string): AwsError {
  return new AwsError("InvalidParameterException", `Invalid filter pattern: ${detail}`);
}
