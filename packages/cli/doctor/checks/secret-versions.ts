import { currentSince, runsOnOlder, type SecretFacts, type TaskFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";

/**
 * Secrets are read when a task starts: a task that is older than its secret runs on a value that may be revoked. ECS
 * does not say which version a task was given, and Secrets Manager not since when a label is where it is: both are
 * inferred from dates, and the evidence says so.
 */
export const secretVersions: Check = {
  id: "secret-versions",
  well: "Every task began after the current versions of its secrets became current.",
  look: async ({ services }) =>
    (await services).flatMap(({ plan, tasks, secrets }) =>
      secrets.flatMap((secret) => lookAt(plan.key, tasks, secret)),
    ),
};

function lookAt(service: string, tasks: readonly TaskFacts[], secret: SecretFacts): readonly Finding[] {
  const older = tasks.filter((task) => runsOnOlder(task, secret));
  const [first] = older.toSorted((one, other) => one.createdAt - other.createdAt);
  if (first === undefined) return [];
  const time = (at: number | undefined) => new Date(at ?? 0).toISOString().slice(0, 19).replace("T", " ");
  const began = older.length === 1 ? "its task began" : `${older.length} of its tasks began, the first`;
  return [
    failure(
      `${service} runs on an older version of ${secret.name}, by their dates: ${began} ${time(first.createdAt)} UTC, and the version is current since ${time(currentSince(secret))}.`,
      `fleet redeploy ${service} --wait`,
    ),
  ];
}
