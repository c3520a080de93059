import { AwsError } from "./errors.ts";
import type { Codec } from "./protocols/codec.ts";
import type { Quota } from "./service.ts";

/** Refuses calls beyond the quotas of their services. */
export interface Throttle {
  /** Throws what AWS answers when the bucket of the operation is empty. */
  admit(operation: string, quotas: readonly Quota[], dialect: Codec["dialect"]): void;
}

/** So many calls a second of these operations together, and no more at once. */
export function perSecond(rate: number, ...operations: readonly string[]): Quota {
  return { operations, burst: rate, perSecond: rate };
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * A token bucket for each quota, as AWS throttles: so many calls at once, and so many a second in the long run.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 *
 * @param isOn asked with each call; while it is not, none is refused or counted
 */
export function createThrottle(now: () => number, isOn = () => true): Throttle {
  const buckets = new Map<Quota, Bucket>();

  const take = (quota: Quota): boolean => {
    const bucket = buckets.get(quota) ?? { tokens: quota.burst, filledAt: now() };
    buckets.set(quota, bucket);
    const at = now();
    bucket.tokens = Math.min(quota.burst, bucket.tokens + ((at - bucket.filledAt) / 1_000) * quota.perSecond);
    bucket.filledAt = at;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };

  return {
    admit(operation, quotas, dialect) {
      const quota = quotas.find(({ operations }) => operations.includes(operation));
      if (isOn() && quota !== undefined && !take(quota)) throw refusal(dialect);
    },
  };
}

/** One refusal has a code and a status per protocol, as the others of the front door. */
function refusal(dialect: Codec["dialect"]): AwsError {
  switch (dialect) {
    case "json":
      return new AwsError("ThrottlingException", "Rate exceeded");
    case "rest-json":
      return new AwsError("TooManyRequestsException", "Rate exceeded", 429);
    case "ec2":
      return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
    case "query":
    case "rest-xml":
      return new AwsError("Throttling", "Rate exceeded");
  }
}
