import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "sst/constructs/App.js";
import { setProject } from "sst/project.js";
import { useRuntimeHandlers } from "sst/runtime/handlers.js";
import {
  defineFleet,
  type FleetDefinition,
  nothingStands,
  placedIn,
  planStage,
  type ServiceDefinition,
  type StageDefinition,
  type Standing,
} from "#fleet";
import { composeFleet } from "../../sst.config.ts";
import { bootstrapOf } from "../../stacks/deploy/bootstrap.ts";
import fleet from "../fixture/map.ts";
import { groundOf } from "./ground.ts";
import { type Template, Template as TemplateSchema } from "./template.ts";

export interface Synthesis {
  readonly app: App;
  /** Templates by the stack's plain name, such as `Services2`. */
  readonly stacks: ReadonlyMap<string, Template>;
  stack(name: string): Template;
}

// As SST's own start does it: CDK otherwise warns of properties that SST sets.
process.env.JSII_DEPRECATED = "quiet";

const root = path.resolve(import.meta.dirname, "../..");
// The latter leaves out what no template has and a third of a synthesis is spent on.
const context = { "aws:cdk:enable-path-metadata": false, "aws:cdk:disable-logicalId-metadata": true };

/** The app of a stage, composed as `sst deploy` does it, without a call to AWS. Functions are not bundled yet. */
export function compose(stage: string, map: FleetDefinition = fleet, standing: Partial<Standing> = {}): App {
  const placed = placedIn({ ...nothingStands, ...standing });
  const plan = planStage(defineFleet(map), stage, { placed });
  const ground = groundOf(plan, standing);
  const out = mkdtempSync(path.join(tmpdir(), "mcp-fleet-stacks-"));
  setProject({
    config: {
      name: "mcp-fleet",
      stage,
      region: plan.region,
      ssmPrefix: `/sst/mcp-fleet/${stage}/`,
      cdk: bootstrapOf(plan),
    },
    version: "test",
    cdkVersion: "test",
    constructsVersion: "test",
    paths: { root, config: path.join(root, "sst.config.ts"), out, artifacts: path.join(out, "artifacts") },
    metafile: { inputs: {}, outputs: {} },
    stacks: () => {},
  });
  const app = new App(
    { mode: "deploy", name: "mcp-fleet", stage, region: plan.region, account: plan.account },
    { outdir: path.join(out, "dist"), context, analyticsReporting: false },
  );
  composeFleet(app, plan, ground);
  return app;
}

/** The same, finished as `sst deploy` does it: functions bundled, resources tagged. Takes some seconds. */
export async function finish(stage: string, map?: FleetDefinition): Promise<App> {
  const app = compose(stage, map);
  await app.finish();
  return app;
}

/** As `finish`, for tests of what is around a function's code: its bundle is empty. */
export async function finishUnbundled(stage: string, map?: FleetDefinition): Promise<App> {
  const app = compose(stage, map);
  const runtimes = useRuntimeHandlers();
  const find = runtimes.for;
  runtimes.for = (runtime) => ({
    ...find(runtime),
    build: async ({ props }) => ({ type: "success", handler: props.handler ?? "" }),
  });
  try {
    await app.finish();
  } finally {
    runtimes.for = find;
  }
  return app;
}

export function templatesOf(app: App): Synthesis {
  const stacks = new Map(
    app
      .synth()
      .stacks.map(({ stackName, template }) => [
        stackName.replace(`${app.stage}-mcp-fleet-`, ""),
        TemplateSchema.parse(template),
      ]),
  );
  return {
    app,
    stacks,
    stack(name) {
      const template = stacks.get(name);
      if (template === undefined) throw new Error(`No stack ${name}; there are ${[...stacks.keys()].join(", ")}.`);
      return template;
    },
  };
}

const cache = new Map<string, Synthesis>();

/** Templates of a stage; those of the fixture are synthesized once a file. */
export function synthesize(stage: string, map?: FleetDefinition, standing?: Partial<Standing>): Synthesis {
  if (map !== undefined || standing !== undefined) return templatesOf(compose(stage, map, standing));
  const known = cache.get(stage) ?? templatesOf(compose(stage));
  cache.set(stage, known);
  return known;
}

/** The fixture with some services changed, added, or (`undefined`) removed. */
export function withServices(services: Readonly<Record<string, ServiceDefinition | undefined>>): FleetDefinition {
  const all = { ...fleet.services, ...services };
  return {
    ...fleet,
    services: Object.fromEntries(
      Object.entries(all).flatMap(([key, service]) => (service === undefined ? [] : [[key, service]])),
    ),
  };
}

/** The fixture with a stage changed or added. */
export function withStage(stage: string, definition: StageDefinition): FleetDefinition {
  return { ...fleet, stages: { ...fleet.stages, [stage]: { ...fleet.stages[stage], ...definition } } };
}

/** A map of these services in two balancers, for `prod` alone. */
export function withTwoShards(services: FleetDefinition["services"]): FleetDefinition {
  return { ...fleet, stages: { prod: { ...fleet.stages.prod, shards: 2 } }, services };
}

/** The fixture's entry of a service, with some fields changed. */
export function changed(key: string, fields: Partial<ServiceDefinition>): ServiceDefinition {
  const service = fleet.services[key];
  if (service === undefined) throw new Error(`No service ${key} in the fixture.`);
  return { ...service, ...fields };
}

export const slack: ServiceDefinition = {
  host: "slack",
  image: "registry.example.com/mcp/slack:1.4.0",
  port: 8001,
  cpu: 512,
  memory: 1024,
};
