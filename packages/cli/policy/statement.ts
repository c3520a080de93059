import type { StagePlan } from "#fleet";
import { partitionOf } from "#fleet/region.ts";

/** A statement of an IAM policy that allows, named by what it is for. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type Rest = Pick<Statement, "Condition">;

export function allow(
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[] = ["*"],
  rest: Rest = {},
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...rest };
}

/** ARNs in the stage's account and region. */
export function arnsOf({ account, region }: StagePlan) {
  const partition = partitionOf(region);
  return {
    of: (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`,
    /** Services without regions. */
    global: (service: string, resource: string) => `arn:${partition}:${service}::${account}:${resource}`,
    /** Buckets and hosted zones, whose ARNs name no account. */
    open: (service: string, resource: string) => `arn:${partition}:${service}:::${resource}`,
  };
}
