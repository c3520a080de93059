import { isDeepStrictEqual } from "node:util";
import { type FleetDefinition, FleetError, planStage, type StagePlan } from "#fleet";
import { estimate } from "../cost/estimate.ts";
import { Failure, UsageError } from "../failure.ts";
import { planOf, type Surroundings } from "../stage.ts";
import { confirm, isAgreed } from "./confirm.ts";
import { type Addressee, addresseeOf, deliver } from "./deliver.ts";
import { blanksIn, type Draft, draftOf, type SecretDraft } from "./draft.ts";
import { type Blank, placeholder, type Values } from "./input.ts";
import { entryText } from "./literal.ts";
import type { LoginKind } from "./login.ts";
import { type MapFile, openMapFile } from "./map-file.ts";
import { insertEntry } from "./map-source.ts";
import { packageOf } from "./package.ts";
import { askNpm, readSource } from "./source.ts";
import { stepsOf } from "./steps.ts";
import { askFor, readGiven } from "./values.ts";

export interface AddOptions {
  readonly key?: string | undefined;
  readonly login: LoginKind;
  readonly port?: number | undefined;
  /** A file with values, or `-`. */
  readonly values?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** @param named the stage that gets the values of secrets, if somebody named one */
export async function addService(
  surroundings: Surroundings,
  from: string,
  options: AddOptions,
  named: string | undefined,
): Promise<void> {
  const { terminal, project, readMap, env, hold } = surroundings;
  if (from === "-" && options.values === "-") throw new UsageError("There is one pipe: name a file for --values.");
  const file = await openMapFile(project);
  const before = await readMap();
  const addressee = await addresseeOf(surroundings, before, named);
  const server = await readSource(surroundings, from);
  const found = packageOf(before, server);
  const published = found.registryType === "npm" ? await askNpm(found.identifier, found.version) : undefined;
  const name = options.key ?? shortName(server.name);
  const { login, port } = options;
  // First, so that nobody is asked for an entry that cannot be.
  draftOf(before, found, { name, login, port, published, values: {} });
  const values = await valuesFor(surroundings, blanksIn(found), options, addressee);
  const draft = draftOf(before, found, { name, login, port, published, values });

  const texts = textsOf(draft, server.name);
  terminal.print(`${Object.values(texts).join("\n\n")}\n`);
  const withSecret = texts.secrets === undefined ? file.source : insertEntry(file.source, "secrets", texts.secrets);
  const source = insertEntry(withSecret, "services", texts.services);
  const after = await hold(attempt(file, source, before, draft));
  for (const line of consequences(before, after, draft)) terminal.print(line);
  await confirm(surroundings, options.yes, "Write this to fleet.config.ts?");
  await hold(file.write(source));

  const { secret } = draft;
  const isGiven = secret !== undefined && Object.keys(secret.given).length > 0;
  const stage = isGiven && addressee.kind === "stage" ? await planOf(after, addressee.plan.stage, env) : undefined;
  // Somebody who types agreed to wait for AWS; a file is there afterwards, too.
  const deploying = stage?.runsOn === "aws" && options.values !== undefined ? undefined : stage;
  const heading = "fleet.config.ts has it. What is left to do:";
  terminal.note([heading, ...stepsOf(draft, after, deploying, options.values)].join("\n"));
  if (deploying !== undefined && secret !== undefined) await deliver(surroundings, deploying, secret);
}

/** `io.github.acme/notes-mcp-server` is notes, and `com.notion/mcp` is notion. */
function shortName(name: string): string {
  const [last = "", of = ""] = name.split("/").reverse();
  const own = last.replaceAll(/^(?:mcp-)?server-|-mcp(?:-server)?$|-server$|^mcp-/g, "");
  return /^(?:mcp|server)?$/.test(own) ? of.split(".").at(-1) || last : own;
}

async function valuesFor(
  surroundings: Surroundings,
  blanks: readonly Blank[],
  { values: file, yes }: AddOptions,
  addressee: Addressee,
): Promise<Values> {
  if (file !== undefined) return readGiven(surroundings, blanks, file);
  const { terminal } = surroundings;
  if (yes === true || !terminal.interactive) return {};
  const secrets = blanks.filter(({ kind }) => kind === "secret");
  const plain = blanks.filter(({ kind, isRequired }) => kind === "plain" && isRequired);
  const takes = secrets.length > 0 && (await takesSecrets(surroundings, addressee));
  return askFor(surroundings, takes ? [...plain, ...secrets] : plain);
}

/** Nobody types what would be thrown away: values go to a stage, and are kept by nothing on the way. */
async function takesSecrets({ terminal }: Surroundings, addressee: Addressee): Promise<boolean> {
  if (addressee.kind === "nobody") {
    terminal.note(`Its secrets are for later, as no stage can take them now: ${addressee.reason}`);
    return false;
  }
  const { stage, runsOn } = addressee.plan;
  if (runsOn === "loopback") return true;
  return isAgreed(
    terminal,
    `Stage ${stage} has its secrets from the next deploy on. Type them now, and have this command wait for that deploy?`,
  );
}

/** What is written, by its room. */
function textsOf({ key, entry, secret }: Draft, of: string): { readonly secrets?: string; readonly services: string } {
  return { ...(secret && { secrets: secretText(secret, of) }), services: entryText(key, entry) };
}

function secretText({ name, keys }: SecretDraft, of: string): string {
  return entryText(name, {
    description: `What ${of} needs`,
    keys: Object.fromEntries(Object.keys(keys).map((key) => [key, { placeholder }])),
  });
}

/** The map as it would be. @throws {Failure} if it would not do, or if anything but the entry were another */
async function attempt(
  file: MapFile,
  source: string,
  before: FleetDefinition,
  { key, secret }: Draft,
): Promise<FleetDefinition> {
  let after: FleetDefinition;
  try {
    after = await file.try(source);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const [, ...problems] = error.message.split("\n");
    throw new Failure(
      [
        "The map would refuse this entry, so nothing was changed. --key gives it another name, --port another port:",
        ...problems,
      ].join("\n"),
    );
  }
  const { [key]: added, ...services } = after.services;
  const secrets = Object.fromEntries(Object.entries(after.secrets).filter(([name]) => name !== secret?.name));
  if (added !== undefined && isDeepStrictEqual({ ...after, services, secrets }, before)) return after;
  throw new Failure(
    "The map is put together in a way that an entry in this place does not reach, or reaches more than it: nothing was changed. Put the entry there by hand.",
  );
}

/** What the entry creates, and what that costs, in each stage that it runs in. */
function consequences(
  before: FleetDefinition,
  after: FleetDefinition,
  { key, entry, secret }: Draft,
): readonly string[] {
  const containers = entry.sidecar !== undefined && !("stdio" in entry.sidecar) ? "two containers" : "one container";
  const stages = Object.keys(after.stages).flatMap((stage) => {
    try {
      return [[planStage(before, stage), planStage(after, stage)] as const];
    } catch {
      return [];
    }
  });
  return [
    `It creates a task of ${containers}, ${entry.cpu / 1024} vCPU and ${entry.memory / 1024} GB, a target group, a rule, a DNS record, a log group${secret === undefined ? "" : ", a secret"} and alarms.`,
    ...stages.map(([old, plan]) => `Stage ${plan.stage}: ${addressIn(plan, key)}, ${costOf(old, plan)}.`),
  ];
}

function addressIn({ services, runsOn }: StagePlan, key: string): string {
  const service = services.find((one) => one.key === key);
  if (service === undefined) return "not in this stage";
  const isIdle = runsOn === "loopback" && service.localCommand === undefined;
  return isIdle ? "without tasks, as no Docker is here: local.command would start it" : service.url;
}

function costOf(before: StagePlan, after: StagePlan): string {
  if (after.runsOn === "loopback") return "which costs nothing";
  return `about ${(estimate(after).monthly - estimate(before).monthly).toFixed(2)} USD a month more`;
}
