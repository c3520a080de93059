import { AwsError } from "#endpoint/core/errors.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const OLDEST_DAYS = 14;
const NEWEST_MS = 2 * HOUR_MS;

interface Entry {
  readonly timestamp: number;
  readonly message: string;
}

/** What of a batch is taken, and where what is not begins and ends. Throws for a batch out of order, or over a day long. */
export function sortByAge(entries: readonly Entry[], now: number, retentionInDays: number | undefined) {
  if (entries.some(({ timestamp }, at) => timestamp < (entries[at - 1]?.timestamp ?? 0))) {
    throw refused("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if ((entries.at(-1)?.timestamp ?? 0) - (entries[0]?.timestamp ?? 0) > DAY_MS) {
    throw refused("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  const before = (days: number) => entries.filter(({ timestamp }) => timestamp < now - days * DAY_MS).length;
  const expired = retentionInDays === undefined ? 0 : before(retentionInDays);
  const tooOld = before(OLDEST_DAYS);
  const tooNew = entries.findIndex(({ timestamp }) => timestamp > now + NEWEST_MS);
  const accepted = entries.slice(Math.max(expired, tooOld), tooNew === -1 ? undefined : tooNew);
  if (accepted.length === entries.length) return { accepted };
  const rejected = {
    ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
  return { accepted, rejected };
}

function refused(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
