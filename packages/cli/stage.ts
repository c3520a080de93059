import type { FleetDefinition, ServicePlan, StagePlan } from "#fleet";
import { didYouMean } from "#fleet/nearest.ts";
import { type Aws, type AwsSettings, createAws, settingsOf } from "./aws.ts";
import { Failure, UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** Standard input: a terminal, or a pipe, which has no raw mode. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };
export type OutputStream = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };

/** What a command gets from the process. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** The project's folder. */
  readonly project: string;
  /** Throws `FleetError` for a map with mistakes and for a file that is not a map. */
  readonly readMap: () => Promise<FleetDefinition>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** What is done to its end even after Ctrl-C, as it puts something back; a second Ctrl-C cuts it off. */
  readonly hold: <T>(work: Promise<T>) => Promise<T>;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
}

/** A stage as it was deployed, and the way to it. */
export interface Deployed {
  readonly plan: StagePlan;
  readonly aws: Aws;
}

/** A stage, and everything a command needs to act on it. */
export interface Stage extends Surroundings, Deployed {
  /** Reaches the services by their public addresses, even on this machine. */
  readonly fetch: typeof fetch;
}

/** @param wanted the value of `--stage` */
export async function planWanted(surroundings: Surroundings, wanted: string | undefined): Promise<StagePlan> {
  const { env } = surroundings;
  const map = await surroundings.readMap();
  const stage = wanted ?? env.FLEET_STAGE ?? (await askStage(surroundings.terminal, Object.keys(map.stages)));
  if (!Object.hasOwn(map.stages, stage))
    throw new UsageError(
      `No stage ${shown(stage)}: fleet.config.ts has ${Object.keys(map.stages).join(", ")}. Name one with --stage or FLEET_STAGE.`,
    );
  return planOf(map, stage, env);
}

/** The plan of a stage that the map has. */
export async function planOf(map: FleetDefinition, stage: string, env: Surroundings["env"]): Promise<StagePlan> {
  // What needs no plan, such as help, does not wait for it to load.
  const { planStage } = await import("#fleet");
  const httpsPort = env.MCP_FLEET_HTTPS_PORT;
  return planStage(map, stage, httpsPort === undefined ? {} : { httpsPort: Number(httpsPort) });
}

/** A word of the command line in a sentence, even if it is empty. */
export function shown(word: string): string {
  return word === "" ? '""' : word;
}

async function askStage(terminal: Terminal, stages: readonly string[]): Promise<string> {
  if (!terminal.interactive)
    throw new UsageError(`Which stage? Name one with --stage or FLEET_STAGE: ${stages.join(", ")}.`);
  return (await terminal.ask(`Which stage (${stages.join(", ")})? `)).trim();
}

export async function openStage(surroundings: Surroundings, plan: StagePlan): Promise<Stage> {
  const settings = settingsOf(plan, surroundings.env);
  await checkAccount(settings, plan);
  const aws = createAws(settings);
  return { ...surroundings, plan, aws, fetch: publicFetchOf(plan, surroundings.project) };
}

/** Few commands reach a service, and what it takes is half as much again as all else that `fleet status` loads. */
function publicFetchOf(plan: StagePlan, project: string): typeof fetch {
  let made: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    made ??= import("./public-fetch.ts").then(({ createPublicFetch }) => createPublicFetch(plan, project));
    return (await made)(input, init);
  };
}

/** Names are the same in every account: without this, the wrong profile would show or roll another account's fleet. */
async function checkAccount(settings: AwsSettings, { stage, account, runsOn }: StagePlan): Promise<void> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  // An address at which nobody is, is known at once.
  const aws = createAws({ ...settings, maxAttempts: 3 });
  const identity = await aws.client(STSClient).send(new GetCallerIdentityCommand({})).finally(aws.close);
  if (identity.Account === account) return;
  const whose =
    runsOn === "aws" && identity.Account === loopbackAccount
      ? "AWS_ENDPOINT_URL points to this machine: unset it."
      : `these credentials to ${identity.Account}: choose another AWS_PROFILE.`;
  throw new Failure(`Stage ${stage} belongs to account ${account}, and ${whose}`);
}

/** The account of the endpoint on this machine. */
const loopbackAccount = "000000000000";

/** A service of the stage, by its key in the map, its host label, or its name in ECS. */
export function findService({ stage, services }: StagePlan, name: string): ServicePlan {
  const found = services.find(
    ({ key, host }) => key === name || host === name || `${stage}-mcp-${key.replaceAll("_", "-")}` === name,
  );
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    services.flatMap(({ key, host }) => [key, host]),
  );
  throw new UsageError(`No service ${shown(name)} in stage ${stage}: it has ${someOf(services)}. ${hint}`.trimEnd());
}

/** What a command answers that has nothing to ask about. */
export function noServicesIn({ stage }: StagePlan): string {
  return `Stage ${stage} has no services. Add one under \`services\` in fleet.config.ts, then deploy.`;
}

/** Of a large map a sentence names the first. */
const namedAtMost = 12;

export function someOf(all: readonly { readonly key: string }[]): string {
  const named = all.slice(0, namedAtMost).map(({ key }) => key);
  if (named.length === 0) return "none";
  return named.join(", ") + (all.length > named.length ? `, and ${all.length - named.length} more` : "");
}
