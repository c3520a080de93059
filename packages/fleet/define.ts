import * as v from "valibot";
import { checkCredentials } from "./checks/credential.ts";
import { check } from "./checks/index.ts";
import { checkPlainData } from "./checks/plain-data.ts";
import type { FleetDefinition } from "./definition.ts";
import { problemsOf } from "./expectation.ts";
import { FleetError, type Problem } from "./problem.ts";
import { Fleet } from "./schema/fleet.ts";

/**
 * Checks a map and returns it. Throws `FleetError`, which lists every problem with field, value, what is allowed and
 * the remedy, before anything is built or deployed.
 */
export function defineFleet<const SecretName extends string, const StageName extends string>(
  definition: FleetDefinition<SecretName, StageName>,
): FleetDefinition {
  const problems = problemsIn(definition);
  if (problems.length > 0) throw new FleetError(problems);
  return definition;
}

function problemsIn(definition: FleetDefinition): readonly Problem[] {
  const odd = checkPlainData(definition);
  if (odd.length > 0) return odd;
  const credentials = checkCredentials(definition);
  const { issues = [] } = v.safeParse(Fleet, definition, { abortPipeEarly: true });
  // Values out of range and unknown fields do not affect types, so relations between entries are checked as well.
  const isTyped = issues.every(({ kind, type }) => kind === "validation" || type === "never");
  const single = [...credentials, ...problemsOf(issues)];
  const reported = new Set(single.map(({ field }) => field));
  return [...single, ...(isTyped ? check(definition).filter(({ field }) => !reported.has(field)) : [])];
}
