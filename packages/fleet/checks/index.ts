import type { FleetDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";
import { checkChat } from "./chat.ts";
import { duplicates } from "./duplicate.ts";
import { checkRotation } from "./rotation.ts";
import { checkService, type Entry } from "./service.ts";
import { checkStage } from "./stage.ts";

/** What a schema of single fields cannot see: relations between entries, stages and secrets. */
export function check(fleet: FleetDefinition): readonly Problem[] {
  const entries = Object.entries(fleet.services);
  return [
    ...entries.flatMap((entry) => checkService(fleet, entry)),
    ...checkHosts(entries),
    ...checkReferences(fleet),
    ...Object.entries(fleet.secrets).flatMap(([name, secret]) => checkRotation(fleet, name, secret)),
    ...checkChat(fleet),
    ...Object.keys(fleet.stages).flatMap((stage) => checkStage(fleet, stage)),
  ];
}

function checkHosts(entries: readonly Entry[]): readonly Problem[] {
  return duplicates(entries, ([, service]) => service.host).map(({ first, entry: [key, service] }) => ({
    field: `services.${key}.host`,
    value: service.host,
    allowed: `a host no other service has; services.${first[0]} has this one`,
    remedy: "Give each service its own host.",
  }));
}

function checkReferences(fleet: FleetDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  if (!(fleet.audit.secret in fleet.secrets)) {
    problems.push({
      field: "audit.secret",
      value: fleet.audit.secret,
      allowed: Object.keys(fleet.secrets).join(", "),
      remedy: "Declare the secret under `secrets`, or correct its name.",
    });
  }
  for (const [name, secret] of Object.entries(fleet.secrets)) {
    for (const [legacy, key] of Object.entries(secret.aliases ?? {})) {
      if (key in secret.keys && !(legacy in secret.keys)) continue;
      problems.push({
        field: `secrets.${name}.aliases.${legacy}`,
        value: key,
        allowed: `an old name that is no key, standing for one of ${Object.keys(secret.keys).join(", ")}`,
        remedy: "Point the old name at the key that replaced it.",
      });
    }
  }
  return problems;
}
