/**
 * Full jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/): tasks that lost HEC
 * together do not come back together.
 * @returns milliseconds to wait after the `attempt`-th failure in a row, counted from 1
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 250 * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + random() * (ceiling / 2);
}
