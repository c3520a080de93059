import type { StagePlan } from "#fleet";
import type { App } from "../sst.ts";

/** The plan, and what is deployed already that it has to leave where it is. */
export interface DeployPlan extends StagePlan {
  /** Keys of services whose log group is part of `Services`: see `stacks/deploy/older-logs.ts`. */
  readonly olderLogs: ReadonlySet<string>;
}

const plans = new WeakMap<App, DeployPlan>();

/** Makes the plan of the stage known to every stack of the app. Called once, before the first stack. */
export function providePlan(app: App, plan: DeployPlan): void {
  plans.set(app, plan);
}

/** The plan of the stage that is being deployed. */
export function usePlan(app: App): DeployPlan {
  const plan = plans.get(app);
  if (plan === undefined)
    throw new Error("A stack asked for the stage's plan before providePlan(app, plan) was called.");
  return plan;
}
