import type { Quota } from "#endpoint/core/service.ts";
import { routes } from "./routes.ts";

/** What has no quota of its own shares fifteen a second: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const others = routes
  .map(({ operation }) => operation)
  .filter((name) => !/^(?:Invoke|GetFunction|GetPolicy)$/.test(name));

export const quotas: readonly Quota[] = [
  { operations: ["GetFunction"], burst: 100, perSecond: 100 },
  { operations: ["GetPolicy"], burst: 15, perSecond: 15 },
  { operations: others, burst: 15, perSecond: 15 },
];
