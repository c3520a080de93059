import { names } from "./names.ts";
import type { RotationPlan, StagePlan } from "./plan.ts";

/** The part of the map that the rotation functions need, as data. Its only values are placeholders. */
export interface RotationMap {
  readonly stage: string;
  readonly cluster: string;
  readonly auditIndex: string;
  readonly secrets: readonly SecretEntry[];
}

export interface SecretEntry {
  readonly key: string;
  /** Its name, or the ARN of an adopted one: what Secrets Manager takes as `SecretId`. */
  readonly id: string;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly rotation: RotationPlan;
  /** Absent: wait. */
  readonly unproven?: "roll";
  /** ECS services whose tasks read it when they start. */
  readonly services: readonly string[];
}

export function rotationMapOf(plan: StagePlan): RotationMap {
  return {
    stage: plan.stage,
    cluster: names.cluster(plan.stage),
    auditIndex: plan.auditIndex,
    secrets: plan.secrets.map(({ key, name, adoptedArn, keys, aliases, rotation, unproven, usedBy }) => ({
      key,
      id: adoptedArn ?? name,
      placeholders: Object.fromEntries(
        Object.entries(keys).flatMap(([variable, filling]) =>
          "placeholder" in filling ? [[variable, filling.placeholder]] : [],
        ),
      ),
      aliases,
      rotation,
      ...(unproven === "roll" && { unproven }),
      services: usedBy.map((service) => names.service(plan.stage, service)),
    })),
  };
}
