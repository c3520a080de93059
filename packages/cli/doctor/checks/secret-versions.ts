import { runsOnOlder } from "../../status/facts.ts";
import { type Check, failure } from "../check.ts";

/** Secrets are read when a task starts: a task that is older than its secret runs on a value that may be revoked. */
export const secretVersions: Check = {
  id: "secret-versions",
  well: "Every task runs on the current version of its secrets.",
  look: async ({ services }) =>
    services.flatMap(({ plan, tasks, secrets }) => {
      const older = secrets.filter((secret) => tasks.some((task) => runsOnOlder(task, secret))).map(({ name }) => name);
      if (older.length === 0) return [];
      return [
        failure(`${plan.key} runs on an older version of ${older.join(", ")}.`, `fleet redeploy ${plan.key} --wait`),
      ];
    }),
};
