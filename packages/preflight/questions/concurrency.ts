import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { names } from "#fleet";
import { readStack } from "../deployed.ts";
import type { Obstacle, Question } from "../question.ts";

/** That the rotation's planner has for itself: stacks/rotation/settlement.ts. */
const reserved = 1;

/** Of an account's concurrency, so much stays unreserved: of the 10 of a new account, all. */
const floorOf = (limit: number) => (limit <= 100 ? 10 : 100);

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export const concurrency: Question = {
  about: "whether Lambda lets one concurrent execution be reserved",
  async ask(site) {
    const { plan, aws } = site;
    if ((await readStack(site, "Rotation"))?.has(names.function(plan.stage, "settle-secret")) === true) return [];
    const { AccountLimit } = await aws.client(LambdaClient).send(new GetAccountSettingsCommand({}));
    return judgeConcurrency(plan.region, {
      limit: AccountLimit?.ConcurrentExecutions ?? 0,
      unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
    });
  },
};

export function judgeConcurrency(
  region: string,
  { limit, unreserved }: { readonly limit: number; readonly unreserved: number },
): readonly Obstacle[] {
  if (unreserved - reserved >= floorOf(limit)) return [];
  return [
    {
      evidence: `Lambda has ${unreserved} unreserved concurrent executions of ${limit} in ${region}, and ${floorOf(limit)} have to stay: none can be reserved for the function that settles secrets.`,
      remedy:
        'Have "Concurrent executions" of Lambda raised in Service Quotas (a new account has 10, and gets 1,000 on request), or free a reservation.',
    },
  ];
}
