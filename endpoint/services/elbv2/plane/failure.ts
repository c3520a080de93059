import { AwsError } from "#endpoint/core/errors.ts";
import type { Failure } from "./messages.ts";

/** An error crosses threads as data: a structured clone of it would lose its class and its code. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined, aws: undefined };
  const { name, message, stack } = error;
  const aws = error instanceof AwsError ? { code: error.code, status: error.status } : undefined;
  return { name, message, stack, aws };
}

export function errorOf({ name, message, stack, aws }: Failure): Error {
  if (aws !== undefined) return new AwsError(aws.code, message, aws.status);
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
