import type { StagePlan } from "#fleet";
import { keyStates, readKeys } from "../../secrets/value.ts";
import { type Check, failure, warning } from "../check.ts";

/** A container with a placeholder starts, answers its health check, and refuses every login. */
export const placeholders: Check = {
  id: "placeholders",
  well: "No secret that is used holds a placeholder.",
  async look({ stage }) {
    const findings = await Promise.all(
      stage.plan.secrets.map(async (secret) => {
        const states = keyStates(secret, await readKeys(stage, secret)).filter(([key]) => !hasDefault(stage.plan, key));
        const open = states.filter(([, state]) => state === "placeholder" || state === "missing").map(([key]) => key);
        if (open.length === 0) return [];
        const remedy = `fleet secrets set ${secret.key} ${open[0]}${open.length > 1 ? ", and so on" : ""}`;
        const text = `${secret.name} has no value for ${open.join(", ")}`;
        return secret.usedBy.length > 0
          ? [failure(`${text}, which ${secret.usedBy.join(", ")} needs.`, remedy)]
          : [warning(`${text}.`, remedy)];
      }),
    );
    return findings.flat();
  },
};

/** The address of Slack's API is seeded with the one that nearly everybody uses: it may stay. */
function hasDefault({ chat }: StagePlan, key: string): boolean {
  return Object.values(chat?.destinations ?? {}).some((one) => one.receiver === "slack-bot" && one.apiKey === key);
}
