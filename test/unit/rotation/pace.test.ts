import { expect, it } from "vitest";
import { eachOf, ecsBuckets, OutOfTime, Pace } from "#rotation/settle/pace.ts";
import { Buckets } from "./world/buckets.ts";
import { VirtualClock } from "./world/clock.ts";

const hour = 3_600_000;

function paced(lasts = hour) {
  const clock = new VirtualClock();
  const deadline = clock.now() + lasts;
  const pace = new Pace(ecsBuckets.reads, { clock, deadline: () => deadline });
  const buckets = new Buckets(clock);
  return { clock, pace, buckets, call: () => pace.call(async () => buckets.draw("reads")) };
}
const times = (count: number) => Array.from({ length: count }, (_, at) => at);

it("[ROT-8] asks as much as the bucket holds at once, and the rest as it fills", async () => {
  const { clock, call, buckets } = paced();
  const began = clock.now();
  let ended = 0;
  void eachOf(times(300), 8, call).then(() => {
    ended = clock.now();
  });
  await clock.pass(hour, () => ended > 0);
  expect(ended - began).toBeGreaterThanOrEqual(9_900);
  expect(ended - began).toBeLessThan(11_000);
  expect(buckets.refused).toBe(0);
});

it("[ROT-8] goes on where others have emptied the bucket, and throttles itself rather than be throttled", async () => {
  const { clock, call, buckets } = paced();
  for (const _ of times(100)) buckets.draw("reads");
  let done = 0;
  void eachOf(times(300), 8, async () => {
    await call();
    done++;
  });
  await clock.pass(60_000);
  expect(done).toBe(300);
  expect(buckets.refused).toBeLessThan(30);
});

it("[ROT-8] ends with the run, and does nothing after it", async () => {
  const { clock, call, buckets } = paced(3_000);
  let failed: unknown;
  void eachOf(times(1_000), 8, call).catch((error: unknown) => {
    failed = error;
  });
  await clock.pass(hour);
  expect(failed).toBeInstanceOf(OutOfTime);
  expect(buckets.drawn.reads).toBeLessThan(170);
});
