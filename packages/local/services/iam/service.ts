import * as v from "valibot";
import type { Authorizer, Clock, Place } from "../../endpoint/ports.ts";
import type { AwsService } from "../../endpoint/service.ts";
import { createAuthorizer } from "./authorization.ts";
import { Directory } from "./directory.ts";
import { policyOperations } from "./policy-operations.ts";
import { inlinePolicyProvider, managedPolicyProvider } from "./policy-resource.ts";
import type { Role } from "./role.ts";
import { roleOperations } from "./role-operations.ts";
import { rolePolicyOperations } from "./role-policy-operations.ts";
import { roleProvider, serviceLinkedRoleProvider } from "./role-resource.ts";

/** IAM as STS asks it. */
export interface RoleDirectory {
  findRole(roleArn: string): Role | undefined;
}

export interface Iam {
  readonly service: AwsService;
  readonly authorizer: Authorizer;
  readonly roles: RoleDirectory;
}

/** Roles and their policies. Users, groups and instance profiles are not here: who is no role is the operator. */
export function createIam(ports: { readonly place: Pick<Place, "account">; readonly clock: Pick<Clock, "now"> }): Iam {
  const { place } = ports;
  const now = () => new Date(ports.clock.now());
  const directory = new Directory();
  const named = v.object({ RoleName: v.string() });
  return {
    service: {
      signingName: "iam",
      protocol: { kind: "query", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
      operations: {
        ...roleOperations(directory, place, now),
        ...rolePolicyOperations(directory),
        ...policyOperations(directory, place, now),
      },
      resources: {
        "AWS::IAM::Role": roleProvider(directory, place, now),
        "AWS::IAM::Policy": inlinePolicyProvider(directory),
        "AWS::IAM::ManagedPolicy": managedPolicyProvider(directory, place, now),
        "AWS::IAM::ServiceLinkedRole": serviceLinkedRoleProvider(directory, place, now),
      },
      resourceOf(_operation, input) {
        const role = v.safeParse(named, input);
        if (role.success && directory.hasRole(role.output.RoleName)) return directory.role(role.output.RoleName).arn;
        const policy = v.safeParse(v.object({ PolicyArn: v.string() }), input);
        return policy.success ? policy.output.PolicyArn : undefined;
      },
    },
    authorizer: createAuthorizer(directory),
    roles: directory,
  };
}
