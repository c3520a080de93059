import type { StagePlan, Standing } from "#fleet";
import type { AdoptedNetwork } from "#preflight/adopted-network.ts";
import type { App } from "../sst.ts";

/** Where a stage is deployed: what of it is there already, and what its account has. */
export interface Ground {
  readonly standing: Standing;
  /** Names of the zones that the account may use in the region. */
  readonly zones: readonly string[];
  /** The network that the map adopts, as it was found. */
  readonly adoptedNetwork: AdoptedNetwork | undefined;
}

/** The plan, and the ground it is deployed to. */
export interface DeployPlan extends StagePlan, Ground {}

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
