import type { FleetDefinition, StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { explainAws } from "../aws.ts";
import { Failure, reasonOf } from "../failure.ts";
import { findSecret } from "../secrets/find.ts";
import { describeSecret } from "../secrets/read.ts";
import { putKeys } from "../secrets/set.ts";
import { currentKeys } from "../secrets/value.ts";
import { openStage, planOf, planWanted, type Stage, type Surroundings } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import type { SecretDraft } from "./draft.ts";

/** Where the values of a new secret go: the stage that somebody named, or the one on this machine while it runs. */
export type Addressee =
  | { readonly kind: "stage"; readonly plan: StagePlan }
  | { readonly kind: "nobody"; readonly reason: string };

/** So long a deploy of the map may take: `npm start` sees a saved map at once, and AWS makes a balancer. */
const patienceMs = { loopback: 5 * 60_000, aws: 60 * 60_000 };

export async function addresseeOf(
  surroundings: Surroundings,
  map: FleetDefinition,
  named: string | undefined,
): Promise<Addressee> {
  const here = Object.keys(map.stages).find((stage) => map.stages[stage]?.runsOn === "loopback");
  const plan =
    named === undefined
      ? here === undefined
        ? undefined
        : await planOf(map, here, surroundings.env)
      : await planWanted(surroundings, named);
  if (plan === undefined)
    return { kind: "nobody", reason: "the map has no stage on this machine, and --stage names none" };
  if (plan.runsOn === "aws") return { kind: "stage", plan };
  try {
    (await openStage(surroundings, plan)).aws.close();
    return { kind: "stage", plan };
  } catch (error) {
    const reason = explainAws(error, plan) ?? (error instanceof Failure ? error.message : undefined);
    if (reason === undefined) throw error;
    return { kind: "nobody", reason };
  }
}

/** The command that sets what is still open. */
export function howToSet({ name }: SecretDraft, key: string, stage: string): string {
  return `./fleet secrets set ${name} ${key} --stage ${stage}`;
}

/** Waits until the stage has the secret, and puts the values. They are kept nowhere else. */
export async function deliver(surroundings: Surroundings, plan: StagePlan, draft: SecretDraft): Promise<void> {
  const remedy = `The values were not put, and are kept nowhere: ${howToSet(draft, Object.keys(draft.given).join(" "), plan.stage)}`;
  try {
    const stage = await openStage(surroundings, plan);
    try {
      const secret = findSecret(plan, draft.name);
      const before = await waitFor(async () => (await describeSecret(stage, secret)) && currentKeys(stage, secret), {
        everyMs: pollMs(plan),
        atMostMs: patienceMs[plan.runsOn],
        signal: surroundings.signal,
        until: `${secret.name} (${howToDeploy(plan)})`,
        progress: { terminal: surroundings.terminal, describe: () => waitingText(stage, secret.name) },
      });
      await surroundings.hold(putKeys(stage, secret, { before, given: draft.given }, "current"));
    } finally {
      stage.aws.close();
    }
  } catch (error) {
    throw new Failure(`${explainAws(error, plan) ?? reasonOf(error)} ${remedy}`);
  }
}

function waitingText({ plan }: Stage, name: string): string {
  return plan.runsOn === "loopback"
    ? `Waiting for npm start to make ${name}`
    : `Waiting for the deploy that makes ${name}`;
}
