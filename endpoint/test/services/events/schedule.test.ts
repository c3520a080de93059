import { describe, expect, it } from "vitest";
import { parseSchedule } from "#endpoint/services/events/schedule.ts";

const monday = Date.UTC(2026, 10, 23, 12);

describe("a schedule expression", () => {
  // The cron rows are the examples of EventBridge's user guide.
  it.each([
    ["rate(1 minute)", "2026-11-23T12:01:00.000Z"],
    ["rate(5 minutes)", "2026-11-23T12:05:00.000Z"],
    ["rate(30 days)", "2026-12-23T12:00:00.000Z"],
    ["cron(0 10 * * ? *)", "2026-11-24T10:00:00.000Z"],
    ["cron(15 12 * * ? *)", "2026-11-23T12:15:00.000Z"],
    ["cron(0 18 ? * MON-FRI *)", "2026-11-23T18:00:00.000Z"],
    ["cron(0 8 1 * ? *)", "2026-12-01T08:00:00.000Z"],
    ["cron(0/15 * * * ? *)", "2026-11-23T12:15:00.000Z"],
    ["cron(0/10 * ? * MON-FRI *)", "2026-11-23T12:10:00.000Z"],
    ["cron(0/5 8-17 ? * MON-FRI *)", "2026-11-23T12:05:00.000Z"],
    ["cron(0 9 ? * 2#1 *)", "2026-12-07T09:00:00.000Z"],
    ["cron(0 9 ? * L *)", "2026-11-28T09:00:00.000Z"],
    ["cron(0 9 L * ? 2027)", "2027-01-31T09:00:00.000Z"],
  ])("%s", (expression, next) => {
    const at = parseSchedule(expression)?.next(monday);
    expect(new Date(at ?? 0).toISOString()).toBe(next);
  });

  it.each([
    "rate(1 minutes)",
    "rate(5 minute)",
    "rate(0 minutes)",
    "cron(0 10 * * * *)",
    "cron(0 10 * * ?)",
    "cron(99 10 * * ? *)",
    "daily",
  ])("is not %s", (expression) => {
    expect(parseSchedule(expression)).toBeUndefined();
  });
});
