import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../receivers/secret.ts";

/** Older is not taken: somebody may have kept it. */
const longestAgeSeconds = 5 * 60;

export interface Signed {
  readonly body: string;
  /** `x-slack-request-timestamp`: seconds since the epoch. */
  readonly timestamp: string;
  /** `x-slack-signature`. */
  readonly signature: string;
}

/**
 * Why a request is not Slack's, or not of now; `undefined` if it is.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function faultOf({ body, timestamp, signature }: Signed, secret: Secret, now: number): string | undefined {
  if (isStale(timestamp, now)) return "stale";
  const expected = `v0=${createHmac("sha256", secret.reveal()).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? undefined : "bad signature";
}

/** Also what has no time at all. */
export function isStale(timestamp: string, now: number): boolean {
  return !/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > longestAgeSeconds;
}
