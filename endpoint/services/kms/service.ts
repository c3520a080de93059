import type { KeyPolicies } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { letsService } from "#endpoint/services/iam/resource-policy.ts";
import { accessOf } from "./access.ts";
import type { KmsPorts } from "./engine.ts";
import { Keys } from "./keys.ts";
import { operationsOf } from "./operations.ts";
import { resourcesOf } from "./resources.ts";

export interface Kms {
  readonly service: AwsService;
  readonly policies: KeyPolicies;
}

/** KMS as far as others ask it: which keys there are, and who may use them. Nothing is encrypted. */
export function createKms(ports: KmsPorts): Kms {
  const keys = new Keys(ports);
  const engine = { keys };
  const usable = (reference: string) => {
    const key = keys.find(reference);
    return key?.enabled === true && key.deletedAt === undefined ? key : undefined;
  };
  return {
    service: {
      signingName: "kms",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      resources: resourcesOf(engine),
      ...accessOf(engine),
    },
    policies: {
      arnOf: (reference) => usable(reference)?.arn,
      letsService(reference, service, conditionKeys) {
        const key = usable(reference);
        if (key === undefined) return false;
        const question = { action: "kms:GenerateDataKey", resource: key.arn, conditionKeys };
        return letsService(key.statements, service, question);
      },
    },
  };
}
