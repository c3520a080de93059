import type { StagePlan } from "#fleet";
import { firstDeploy, laterDeploy } from "./deploy.ts";
import { drilling } from "./drill.ts";
import { execution } from "./execution.ts";
import type { PolicyName } from "./names.ts";
import { reading } from "./read.ts";
import type { Statement } from "./statement.ts";

/** A policy for a role, with the stage's account, region and name in it. */
export function policyOf(name: PolicyName, plan: StagePlan) {
  return { Version: "2012-10-17", Statement: statementsOf(name, plan) };
}

function statementsOf(name: PolicyName, plan: StagePlan): readonly Statement[] {
  switch (name) {
    case "first":
      return firstDeploy(plan);
    case "later":
      return laterDeploy(plan);
    case "read":
      return reading(plan);
    case "drill":
      return drilling(plan);
    case "execution":
      return execution(plan);
    default:
      return name satisfies never;
  }
}
