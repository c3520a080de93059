import { AwsError } from "#endpoint/core/errors.ts";
import type { Functions, LambdaFunction } from "./functions.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const accountConcurrency = 1_000;
/** What functions without a reservation keep: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const unreservedAtLeast = 100;

/** Throws where too little would be left for functions without a reservation. */
export function reserveConcurrency(functions: Functions, fn: LambdaFunction, wanted: number | undefined): void {
  const others = functions.list().filter((one) => one !== fn);
  const reserved = others.reduce((sum, one) => sum + (one.reservedConcurrency ?? 0), wanted ?? 0);
  if (wanted && reserved > accountConcurrency - unreservedAtLeast) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedAtLeast}].`,
    );
  }
  fn.reservedConcurrency = wanted;
}
