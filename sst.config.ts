import { FleetError, loadMapFrom, type PlanOptions, placedIn, planStage, type StagePlan } from "#fleet";
import { Alarms } from "./stacks/alarms/alarms.ts";
import { Alerts } from "./stacks/alarms/alerts.ts";
import { Rates } from "./stacks/alarms/rates.ts";
import { Tuning } from "./stacks/alarms/tuning.ts";
import { Chat } from "./stacks/chat/chat.ts";
import { bootstrapOf } from "./stacks/deploy/bootstrap.ts";
import { fillEmptyStacks } from "./stacks/deploy/empty-stack.ts";
import { removeFailedStacks } from "./stacks/deploy/failed-stacks.ts";
import { readGround } from "./stacks/deploy/ground.ts";
import { keepBundles } from "./stacks/deploy/kept-bundles.ts";
import { checkRemoval, checkSurroundings, PreflightError } from "./stacks/deploy/preflight.ts";
import { checkReadiness } from "./stacks/deploy/readiness.ts";
import { answerOnceSettled } from "./stacks/deploy/settled-stacks.ts";
import { checkCommand, commandOf, leaveWithTrueCode } from "./stacks/deploy/sst-command.ts";
import { handleStartFailures } from "./stacks/deploy/start-failures.ts";
import { nameTemplatesAnew } from "./stacks/deploy/template-name.ts";
import { readThresholds } from "./stacks/deploy/thresholds.ts";
import { printNameServersMeanwhile } from "./stacks/deploy/waiting-certificate.ts";
import { Dns } from "./stacks/dns/dns.ts";
import { Encryption } from "./stacks/encryption/encryption.ts";
import { Balancer } from "./stacks/network/balancer.ts";
import { Network } from "./stacks/network/network.ts";
import { boundRoles } from "./stacks/parts/boundary.ts";
import { functionDefaults } from "./stacks/parts/function-room.ts";
import { type Ground, providePlan } from "./stacks/parts/plan.ts";
import { Probe } from "./stacks/probe/probe.ts";
import { ProbeAlarms } from "./stacks/probe/probe-alarms.ts";
import { Rotation } from "./stacks/rotation/rotation.ts";
import { Secrets } from "./stacks/secrets/secrets.ts";
import { Cluster } from "./stacks/services/cluster.ts";
import { Logs } from "./stacks/services/logs.ts";
import { Scaling } from "./stacks/services/scaling.ts";
import { Services } from "./stacks/services/services.ts";
import { Sessions } from "./stacks/sessions/sessions.ts";
import {
  type App,
  type SSTConfig,
  useProject,
  useRuntimeHandlers,
  VisibleError,
  withoutInstalls,
  withoutResourcePaths,
  withoutSstHandler,
  withoutTree,
} from "./stacks/sst.ts";

/** The stacks of a stage, in the order in which each needs those before it. */
export function composeFleet(app: App, plan: StagePlan, ground: Ground): void {
  withoutSstHandler();
  if (plan.runsOn === "loopback") withoutResourcePaths(app);
  withoutTree(app);
  providePlan(app, { ...plan, ...ground });
  // No default removal policy: SST's would override what each resource defines for its own deletion.
  app.setDefaultFunctionProps(functionDefaults);

  boundRoles(app, plan);
  if (plan.controls.encryptionKey?.kind === "create") app.stack(Encryption);
  // Whatever has a function has alarms of it, which go there.
  app.stack(Alerts);
  app.stack(Network);
  app.stack(Dns);
  app.stack(Secrets);
  app.stack(Sessions);
  app.stack(Cluster);
  app.stack(Rotation);
  for (let shard = 1; shard <= plan.shards; shard++) {
    app.stack(Logs(shard));
    app.stack(Balancer(shard));
    app.stack(Services(shard));
    app.stack(Scaling(shard));
    app.stack(Alarms(shard));
    app.stack(Rates(shard));
    app.stack(ProbeAlarms(shard));
  }
  app.stack(Probe);
  app.stack(Chat);
  app.stack(Tuning);
  fillEmptyStacks(app);
}

/** The plan of a stage of `fleet.config.ts`, which is read here so that its mistakes are reported like any other. */
async function planOf(stage: string | undefined, options: Omit<PlanOptions, "httpsPort"> = {}): Promise<StagePlan> {
  if (stage === undefined) throw new PreflightError("Name the stage: --stage prod, or another of fleet.config.ts.");
  const fleet = await loadMapFrom(() => import("#config"));
  const { MCP_FLEET_HTTPS_PORT: httpsPort, MCP_FLEET_CONSOLE_PORT: consolePort } = process.env;
  return planStage(fleet, stage, {
    ...options,
    ...(httpsPort !== undefined && { httpsPort: Number(httpsPort) }),
    ...(consolePort !== undefined && { consolePort: Number(consolePort) }),
  });
}

/** SST prints the message of its own `VisibleError` alone, and a stack trace with any other. */
async function showErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FleetError || error instanceof PreflightError) throw new VisibleError(error.message);
    throw error;
  }
}

export default {
  config: (commandLine) =>
    showErrors(async () => {
      const { stage = process.env.SST_STAGE, profile, region } = commandLine;
      const command = commandOf(commandLine);
      leaveWithTrueCode(command);
      const plan = await planOf(stage);
      checkCommand(command, plan);
      if (plan.runsOn === "loopback") answerOnceSettled();
      await checkSurroundings(plan, { profile, region, endpointUrl: process.env.AWS_ENDPOINT_URL });
      if (command === "deploy" && process.env.FLEET_PREFLIGHT !== "off") await checkReadiness(plan, { profile });
      const cdk = bootstrapOf(plan);
      return {
        name: "mcp-fleet",
        stage: plan.stage,
        region: plan.region,
        cdk,
        ...(profile !== undefined && { profile }),
      };
    }),
  stacks: (app) =>
    showErrors(async () => {
      const asked = await planOf(app.stage);
      if (app.mode === "remove") checkRemoval(asked);
      const { config, paths } = useProject();
      const { profile } = config;
      const [thresholds, ground] = await Promise.all([
        readThresholds(asked, { profile }),
        readGround(asked, { profile }),
      ]);
      const plan = await planOf(app.stage, { thresholds, placed: placedIn(ground.standing) });
      composeFleet(app, plan, ground);
      nameTemplatesAnew(app);
      if (plan.runsOn === "loopback") {
        withoutInstalls();
        const cache = `${paths.root}/node_modules/.cache/mcp-fleet/bundles`;
        keepBundles(useRuntimeHandlers().for(functionDefaults.runtime), paths.root, cache);
      }
      if (app.mode !== "deploy") return;
      await removeFailedStacks(plan, { profile });
      handleStartFailures(app, plan);
      printNameServersMeanwhile(plan, { profile });
    }),
} satisfies SSTConfig;
