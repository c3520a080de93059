import type { Resources } from "#endpoint/core/service.ts";
import type { IamEngine } from "../engine.ts";
import { inlinePolicyResource, managedPolicyResource } from "./policy.ts";
import { roleResource, serviceLinkedRoleResource } from "./role.ts";

export function resourcesOf(engine: IamEngine): Resources {
  return {
    "AWS::IAM::Role": roleResource(engine),
    "AWS::IAM::Policy": inlinePolicyResource(engine),
    "AWS::IAM::ManagedPolicy": managedPolicyResource(engine),
    "AWS::IAM::ServiceLinkedRole": serviceLinkedRoleResource(engine),
  };
}
