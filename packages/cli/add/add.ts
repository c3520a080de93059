import { type FleetDefinition, planStage, type StagePlan } from "#fleet";
import { estimate } from "../cost/estimate.ts";
import { Failure, UsageError } from "../failure.ts";
import type { Surroundings } from "../stage.ts";
import { type Draft, draftOf } from "./draft.ts";
import { entryText } from "./literal.ts";
import { openMapFile } from "./map-file.ts";
import { insertEntry, removeEntry } from "./map-source.ts";
import { programOf, readSource } from "./source.ts";

export interface AddOptions {
  readonly key?: string | undefined;
  readonly login: "google" | "openid" | "none";
  readonly yes?: boolean | undefined;
}

export async function addService(surroundings: Surroundings, from: string, options: AddOptions): Promise<void> {
  const { terminal, project, readMap } = surroundings;
  const before = await readMap();
  const server = await readSource(surroundings, from);
  const draft = await draftOf(before, server, { key: options.key, login: options.login, programOf });
  const file = await openMapFile(project);
  const entry = entryText(draft.key, draft.entry);
  const secret = draft.secret && secretText(draft.secret, server.name);
  const withSecret = secret === undefined ? file.source : insertEntry(file.source, "secrets", secret);
  const source = insertEntry(withSecret, "services", entry);
  const after = await file.try(source);
  terminal.print([...(secret === undefined ? [] : [secret, ""]), entry].join("\n"));
  terminal.print("");
  for (const line of consequences(before, after, draft)) terminal.print(line);
  await confirm(surroundings, options.yes, "Write this to fleet.config.ts?");
  await file.write(source);
  terminal.note(["fleet.config.ts has it. What is left to do:", ...stepsOf(draft)].join("\n"));
}

export async function removeService(
  surroundings: Surroundings,
  key: string,
  options: Pick<AddOptions, "yes">,
): Promise<void> {
  const { terminal, project, readMap } = surroundings;
  const before = await readMap();
  if (!Object.hasOwn(before.services, key)) {
    throw new UsageError(`No service ${key} in fleet.config.ts: it has ${Object.keys(before.services).join(", ")}.`);
  }
  const file = await openMapFile(project);
  const without = removeEntry(file.source, "services", key);
  const orphans = orphansOf(before, key);
  const source = orphans.reduce((text, name) => removeEntry(text, "secrets", name), without);
  await file.try(source);
  terminal.print([`services.${key}`, ...orphans.map((name) => `secrets.${name}, which nothing else uses`)].join("\n"));
  await confirm(surroundings, options.yes, "Remove this from fleet.config.ts?");
  await file.write(source);
  terminal.note(
    "fleet.config.ts is without it. The next deploy deletes its tasks, its address, its alarms and its logs.",
  );
}

/** Secrets that only this service names, and that have no part in chats, audit trail or another's rotation. */
function orphansOf({ services, secrets, audit, chat }: FleetDefinition, key: string): readonly string[] {
  const usedBy = (one: string) =>
    [services[one]?.secrets, services[one]?.sidecar?.secrets].flatMap((uses) =>
      (uses ?? []).map((use) => (typeof use === "string" ? use : use.secret)),
    );
  const others = Object.keys(services).filter((one) => one !== key);
  const admins = Object.values(secrets).map(({ rotation }) => rotation && "admin" in rotation && rotation.admin);
  const kept = new Set<unknown>([...others.flatMap(usedBy), audit?.secret, chat?.secret, ...admins]);
  return [...new Set(usedBy(key))].filter((name) => !kept.has(name) && secrets[name]?.rotation === undefined);
}

async function confirm({ terminal }: Surroundings, yes: boolean | undefined, question: string): Promise<void> {
  if (yes === true) return;
  if (!terminal.interactive) throw new UsageError(`${question} Cannot ask without a terminal: say yes with --yes.`);
  const answer = (await terminal.ask(`${question} [y/N] `)).trim().toLowerCase();
  if (answer !== "y" && answer !== "yes") throw new Failure("Nothing was changed.");
}

function secretText({ name, keys }: NonNullable<Draft["secret"]>, of: string): string {
  return entryText(name, {
    description: `What ${of} needs`,
    keys: Object.fromEntries(Object.keys(keys).map((key) => [key, { placeholder: "replace-me" }])),
  });
}

/** What the entry creates, and what that costs, in each stage that it runs in. */
function consequences(before: FleetDefinition, after: FleetDefinition, { key, entry }: Draft): readonly string[] {
  const containers = entry.sidecar !== undefined && !("stdio" in entry.sidecar) ? "two containers" : "one container";
  const stages = Object.keys(after.stages).flatMap((stage) => {
    try {
      return [[planStage(before, stage), planStage(after, stage)] as const];
    } catch {
      return [];
    }
  });
  return [
    `It creates a task of ${containers}, ${entry.cpu / 1024} vCPU and ${entry.memory / 1024} GB, a target group, a rule, a DNS record, a log group and alarms.`,
    ...stages.map(([old, plan]) => `Stage ${plan.stage}: ${addressIn(plan, key)}, ${costOf(old, plan)}.`),
  ];
}

function addressIn({ services }: StagePlan, key: string): string {
  return services.find((service) => service.key === key)?.url ?? "not in this stage";
}

function costOf(before: StagePlan, after: StagePlan): string {
  if (after.runsOn === "loopback") return "which costs nothing";
  return `about ${(estimate(after).monthly - estimate(before).monthly).toFixed(2)} USD a month more`;
}

function stepsOf({ key, secret, dockerfile, entry, open }: Draft): readonly string[] {
  const values = Object.entries(secret?.keys ?? {});
  return [
    ...open.map((what) => `- fill in ${what}: the server does not start without it`),
    ...(dockerfile === undefined
      ? []
      : [`- build and push ${entry.image}:`, ...dockerfile.map((line) => `    ${line}`)]),
    "- npx sst deploy --stage <stage>",
    ...values.map(
      ([name, what]) => `- ./fleet secrets set ${secret?.name} ${name} --stage <stage>${what && `   # ${what}`}`,
    ),
    `- ./fleet connect ${key} --stage <stage>`,
  ];
}
