import { type FleetDefinition, FleetError, planStage, type ServicePlan, type StagePlan } from "#fleet";
import { type Aws, createAws, settingsOf } from "./aws.ts";
import { Failure, reasonOf, UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** Standard input: a terminal, or a pipe, which has no raw mode. */
export type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };
export type OutputStream = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };

/** What the process gives a command. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** The project's folder. */
  readonly project: string;
  readonly readMap: () => Promise<FleetDefinition>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
}

/** A stage, and all that a command needs to act on it. */
export interface Stage extends Surroundings {
  readonly plan: StagePlan;
  readonly aws: Aws;
  /** Reaches the services by their public addresses, also on this machine. */
  readonly fetch: typeof fetch;
}

/** Throws `FleetError` for a map with mistakes, and `Failure` for a file that is none. */
export async function loadMap({ readMap }: Surroundings): Promise<FleetDefinition> {
  const map = await readMap().catch((error: unknown) => {
    if (error instanceof FleetError) throw error;
    throw new Failure(`fleet.config.ts cannot be read: ${reasonOf(error)}. npx tsc -p . shows where it breaks.`);
  });
  if (Object.hasOwn(map, "stages")) return map;
  throw new Failure("fleet.config.ts exports no map: its default export is defineFleet({ … }), with `stages`.");
}

/** @param wanted the value of `--stage` */
export async function planWanted(surroundings: Surroundings, wanted: string | undefined): Promise<StagePlan> {
  const { env } = surroundings;
  const map = await loadMap(surroundings);
  const stage = wanted ?? env.FLEET_STAGE ?? (await askStage(surroundings.terminal, Object.keys(map.stages)));
  if (!Object.hasOwn(map.stages, stage))
    throw new UsageError(
      `No stage ${shown(stage)}: fleet.config.ts has ${Object.keys(map.stages).join(", ")}. Name one with --stage or FLEET_STAGE.`,
    );
  const httpsPort = env.MCP_FLEET_HTTPS_PORT;
  return planStage(map, stage, httpsPort === undefined ? {} : { httpsPort: Number(httpsPort) });
}

/** A word of the command line in a sentence, also where it is empty. */
export function shown(word: string): string {
  return word === "" ? '""' : word;
}

async function askStage(terminal: Terminal, stages: readonly string[]): Promise<string> {
  if (!terminal.interactive)
    throw new UsageError(`Which stage? Name one with --stage or FLEET_STAGE: ${stages.join(", ")}.`);
  return (await terminal.ask(`Which stage (${stages.join(", ")})? `)).trim();
}

export async function openStage(surroundings: Surroundings, plan: StagePlan): Promise<Stage> {
  const aws = createAws(settingsOf(plan, surroundings.env));
  try {
    await checkAccount(aws, plan);
  } catch (error) {
    aws.close();
    throw error;
  }
  const { createReach } = await import("./reach.ts");
  return { ...surroundings, plan, aws, fetch: await createReach(plan, surroundings.project) };
}

/** Names are the same in every account: without this, the wrong profile would show, or roll, somebody else's fleet. */
async function checkAccount(aws: Aws, { stage, account, runsOn }: StagePlan): Promise<void> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const identity = await aws.client(STSClient).send(new GetCallerIdentityCommand({}));
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
  const known = services.map(({ key }) => key).join(", ");
  throw new UsageError(`No service ${shown(name)} in stage ${stage}: it has ${known === "" ? "none" : known}.`);
}
