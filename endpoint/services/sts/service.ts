import type { AwsService } from "#endpoint/core/service.ts";
import type { StsPorts } from "./engine.ts";
import { operationsOf } from "./operations.ts";
import { quotas } from "./quotas.ts";

/** STS: who calls, and sessions of roles. */
export function createSts(ports: StsPorts): { readonly service: AwsService } {
  return {
    service: {
      signingName: "sts",
      protocol: { kind: "query", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
      operations: operationsOf(ports),
      quotas,
    },
  };
}
