import type { Operations } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { policyOperations } from "./policies.ts";
import { rolePolicyOperations } from "./role-policies.ts";
import { roleOperations } from "./roles.ts";

export function operationsOf(engine: IamEngine): Operations {
  return { ...roleOperations(engine), ...rolePolicyOperations(engine), ...policyOperations(engine) };
}
