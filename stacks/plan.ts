import type { App } from "sst/constructs";
import type { StagePlan } from "#fleet";

const plans = new WeakMap<App, StagePlan>();

/** Makes the plan of the stage known to every stack of the app. Called once, before the first stack. */
export function providePlan(app: App, plan: StagePlan): void {
  plans.set(app, plan);
}

/** The plan of the stage that is being deployed. */
export function usePlan(app: App): StagePlan {
  const plan = plans.get(app);
  if (plan === undefined)
    throw new Error("A stack asked for the stage's plan before providePlan(app, plan) was called.");
  return plan;
}
