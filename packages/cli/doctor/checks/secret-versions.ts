import { currentSince, runsOnOlder, type SecretFacts, type TaskFacts } from "../../status/facts.ts";
import { type Check, type Finding, failure } from "../check.ts";

/**
 * Secrets are read when a task starts: a task that is older than its secret runs on a value that may be revoked. ECS
 * does not report which version a task got, nor Secrets Manager when a label moved: both are
 * inferred from dates, as the evidence states.
 */
export const secretVersions: Check = {
  id: "secret-versions",
  ok: "Every task started after its secrets' current versions became current.",
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
  const began = older.length === 1 ? "its task started" : `${older.length} of its tasks started, the first`;
  return [
    failure(
      `${service} runs on an older version of ${secret.name}, judging by dates: ${began} ${time(first.createdAt)} UTC, and the version has been current since ${time(currentSince(secret))}.`,
      `fleet redeploy ${service} --wait`,
    ),
  ];
}
