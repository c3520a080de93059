import type { SSTConfig } from "sst";
import type { App } from "sst/constructs";
import { VisibleError } from "sst/error.js";
import { useProject } from "sst/project.js";
import { FleetError, type MeasuredThresholds, planStage, type StagePlan } from "#fleet";
import { Alarms } from "./stacks/alarms.ts";
import { Alerts } from "./stacks/alerts.ts";
import { Balancer } from "./stacks/balancer.ts";
import { Chat } from "./stacks/chat.ts";
import { Cluster } from "./stacks/cluster.ts";
import { Dns } from "./stacks/dns.ts";
import { fillEmptyStacks } from "./stacks/empty-stack.ts";
import { functionDefaults } from "./stacks/function-room.ts";
import { Network } from "./stacks/network.ts";
import { providePlan } from "./stacks/plan.ts";
import { checkRemoval, checkSurroundings, PreflightError } from "./stacks/preflight.ts";
import { Rotation } from "./stacks/rotation.ts";
import { Secrets } from "./stacks/secrets.ts";
import { Services } from "./stacks/services.ts";
import { Sessions } from "./stacks/sessions.ts";
import { withoutSstHandler } from "./stacks/sst-handler.ts";
import { nameTemplatesAnew } from "./stacks/template-name.ts";
import { readThresholds } from "./stacks/thresholds.ts";
import { Tuning } from "./stacks/tuning.ts";

/** The stacks of a stage, in the order in which each needs those before it. */
export function composeFleet(app: App, plan: StagePlan): void {
  withoutSstHandler();
  providePlan(app, plan);
  // No default removal policy: SST's would overrule what each resource says about its own end.
  app.setDefaultFunctionProps(functionDefaults);

  app.stack(Network);
  app.stack(Dns);
  app.stack(Secrets);
  app.stack(Sessions);
  app.stack(Cluster);
  app.stack(Alerts);
  app.stack(Rotation);
  for (let shard = 1; shard <= plan.shards; shard++) {
    app.stack(Balancer(shard));
    app.stack(Services(shard));
    app.stack(Alarms(shard));
  }
  app.stack(Chat);
  app.stack(Tuning);
  fillEmptyStacks(app);
}

/** The plan of a stage of `fleet.config.ts`, which is read here so that its mistakes are told like any other. */
async function planOf(stage: string | undefined, thresholds: MeasuredThresholds = {}): Promise<StagePlan> {
  if (stage === undefined) throw new PreflightError("Name the stage: --stage prod, or another of fleet.config.ts.");
  const { default: fleet } = await import("#config");
  const httpsPort = process.env.MCP_FLEET_HTTPS_PORT;
  return planStage(fleet, stage, { thresholds, ...(httpsPort !== undefined && { httpsPort: Number(httpsPort) }) });
}

/** SST prints the message of its own `VisibleError` alone, and a stack trace with any other. */
async function tell<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FleetError || error instanceof PreflightError) throw new VisibleError(error.message);
    throw error;
  }
}

export default {
  config: ({ stage = process.env.SST_STAGE, profile, region }) =>
    tell(async () => {
      const plan = await planOf(stage);
      await checkSurroundings(plan, { profile, region, endpointUrl: process.env.AWS_ENDPOINT_URL });
      return { name: "mcp-fleet", stage: plan.stage, region: plan.region, ...(profile !== undefined && { profile }) };
    }),
  stacks: (app) =>
    tell(async () => {
      const asked = await planOf(app.stage);
      if (app.mode === "remove") checkRemoval(asked);
      const plan = await planOf(app.stage, await readThresholds(asked, { profile: useProject().config.profile }));
      composeFleet(app, plan);
      nameTemplatesAnew(app);
    }),
} satisfies SSTConfig;
