import type { Operations } from "#endpoint/core/service.ts";
import type { Elbv2Engine } from "../engine.ts";
import { accountLimitOperations } from "./account-limits.ts";
import { listenerCertificateOperations } from "./listener-certificates.ts";
import { listenerOperations } from "./listeners.ts";
import { loadBalancerOperations } from "./load-balancers.ts";
import { ruleOperations } from "./rules.ts";
import { tagOperations } from "./tags.ts";
import { targetGroupOperations } from "./target-groups.ts";
import { targetOperations } from "./targets.ts";

export function operationsOf(engine: Elbv2Engine): Operations {
  return {
    ...loadBalancerOperations(engine),
    ...listenerOperations(engine),
    ...listenerCertificateOperations(engine),
    ...ruleOperations(engine),
    ...targetGroupOperations(engine),
    ...targetOperations(engine),
    ...tagOperations(engine),
    ...accountLimitOperations(),
  };
}
