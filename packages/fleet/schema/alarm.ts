import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { filled, means } from "./field.ts";

const decision = expectation(
  'a decision: { threshold: a number from 0, basis?: "placeholder" | "chosen" | "measured" } or { declined: "why not" }',
  "Set a threshold, or decline the alarm with a reason.",
);
const wakes = v.optional(v.boolean());
const Threshold = closed({
  threshold: v.pipe(v.number(decision), v.minValue(0, decision), v.finite(decision)),
  basis: v.optional(v.picklist(["placeholder", "chosen", "measured"])),
  wakes,
});
// At 14.4 times the budget of less than 0.93, all requests could fail without an alarm.
const Failed = closed({ objective: share(0.95, 0.9999, "Write 0.999 for one failure in a thousand."), wakes });
const Slow = closed({ share: share(0.05, 0.95, "Write 0.25 for a quarter."), wakes });
const Used = closed({ share: share(0.3, 0.99, "Write 0.85 for 85 %.", "of the size"), wakes });
const Probe = closed({ wakes });
const Declined = closed({
  declined: filled("why the service goes without this alarm", "Give a reason, for the person on call."),
});

export const Alarms = closed({
  unhealthyHosts: orDeclined(Threshold),
  healthyHosts: orDeclined(Threshold),
  errors5xx: orDeclined(Threshold),
  latencyP95: orDeclined(Threshold),
  latencyP99: orDeclined(Threshold),
  latencyAverage: orDeclined(Threshold),
  failedRequests: orDeclined(Failed),
  slowRequests: orDeclined(Slow),
  memoryUsed: orDeclined(Used),
  cpuUsed: orDeclined(Used),
  probe: orDeclined(Probe),
});

function share(from: number, to: number, remedy: string, whole = "of the requests") {
  const message = expectation(`a share ${whole}, from ${from} to ${to}`, remedy);
  return v.optional(v.pipe(v.number(message), v.minValue(from, message), v.maxValue(to, message)));
}

function orDeclined<Set extends v.GenericSchema>(set: Set) {
  return v.optional(v.lazy((input) => (means(input, "declined") ? Declined : set)));
}
