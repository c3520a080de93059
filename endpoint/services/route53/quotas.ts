import type { Quota } from "#endpoint/core/service.ts";
import { routes } from "./routes.ts";

/** Five a second over all operations: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const quotas: readonly Quota[] = [
  { operations: routes.map(({ operation }) => operation), burst: 5, perSecond: 5 },
];
