import type { FleetDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";
import { auditKeys } from "../service-variables.ts";
import { checkChat } from "./chat.ts";
import { duplicates } from "./duplicate.ts";
import { unknown } from "./reference.ts";
import { checkRotation, missingKeys } from "./rotation.ts";
import { checkService } from "./service.ts";
import { checkStage } from "./stage.ts";
import { checkStageConflicts } from "./stage-conflict.ts";

/** What a schema of single fields cannot see: relations between entries, stages and secrets. */
export function check(fleet: FleetDefinition): readonly Problem[] {
  const entries = Object.entries(fleet.services);
  return [
    ...entries.flatMap((entry) => checkService(fleet, entry)),
    ...checkHosts(entries),
    ...checkReferences(fleet),
    ...checkStageConflicts(fleet),
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

/** The part of it that services with an audit trail get; `auditKeys` are the variables. */
function checkAuditSecret({ audit, secrets }: FleetDefinition): readonly Problem[] {
  if (audit === undefined) return [];
  const missing = unknown("audit.secret", [audit.secret], Object.keys(secrets), "Declare the secret under `secrets`");
  const secret = secrets[audit.secret];
  if (missing.length > 0 || secret === undefined) return missing;
  return missingKeys(`secrets.${audit.secret}`, secret, auditKeys, "audit.secret names this secret");
}

function checkReferences(fleet: FleetDefinition): readonly Problem[] {
  const problems = [...checkAuditSecret(fleet)];
  for (const [name, secret] of Object.entries(fleet.secrets)) {
    for (const [legacy, key] of Object.entries(secret.aliases ?? {})) {
      if (Object.hasOwn(secret.keys, key) && !Object.hasOwn(secret.keys, legacy)) continue;
      problems.push({
        field: `secrets.${name}.aliases.${legacy}`,
        value: key,
        allowed: `an old name that is not itself a key, for one of ${Object.keys(secret.keys).join(", ")}`,
        remedy: `${didYouMean(key, Object.keys(secret.keys))}Point the old name at the key that replaced it.`,
      });
    }
  }
  return problems;
}
