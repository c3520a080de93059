import type { SecretPlan, StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { Failure } from "../../failure.ts";
import { howToRestore } from "../../secrets/read.ts";
import { keyStates, keysOf, readValues, type StoredValue } from "../../secrets/value.ts";
import type { Stage } from "../../stage.ts";
import { type Check, type Finding, failure, warning } from "../check.ts";

/** A container with a placeholder starts, answers its health check, and refuses every login. */
export const placeholders: Check = {
  id: "placeholders",
  ok: "No secret in use holds a placeholder.",
  async look({ stage, secrets }) {
    const known = await secrets;
    const values = await readValues(stage, known);
    return stage.plan.secrets.flatMap((secret) =>
      known.get(secret.key)?.described.DeletedDate === undefined
        ? judge(stage, secret, values.get(secret.key))
        : [failure(`${secret.name} is scheduled for deletion: no task that uses it starts.`, howToRestore(secret))],
    );
  },
};

function judge(stage: Stage, secret: SecretPlan, value: StoredValue | undefined): readonly Finding[] {
  try {
    const states = keyStates(secret, keysOf(stage, secret, value)).filter(([key]) => !hasDefault(stage.plan, key));
    const open = states.filter(([, state]) => state === "placeholder" || state === "missing").map(([key]) => key);
    return judgeOpen(secret, open);
  } catch (error) {
    if (error instanceof Failure) return [failure(error.message, howToDeploy(stage.plan))];
    throw error;
  }
}

/** @param open keys that hold a placeholder, or nothing */
export function judgeOpen({ key, name, usedBy }: SecretPlan, open: readonly string[]): readonly Finding[] {
  if (open.length === 0) return [];
  const remedy = `fleet secrets set ${key} ${open[0]}${open.length > 1 ? ", and so on" : ""}`;
  const text = `${name} has no value for ${open.join(", ")}`;
  return usedBy.length > 0
    ? [failure(`${text}, which ${usedBy.join(", ")} needs.`, remedy)]
    : [warning(`${text}.`, remedy)];
}

/** The address of Slack's API is seeded with the one nearly everybody uses: it may stay. */
function hasDefault({ chat }: StagePlan, key: string): boolean {
  return Object.values(chat?.destinations ?? {}).some((one) => "apiKey" in one && one.apiKey === key);
}
