import type { Authorizer } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import { createAuthorizer } from "./authorization.ts";
import type { IamPorts } from "./engine.ts";
import { Entities } from "./entities.ts";
import { operationsOf } from "./operations/index.ts";
import { resourcesOf } from "./resources/index.ts";
import type { RoleFinder } from "./role.ts";

export interface Iam {
  readonly service: AwsService;
  readonly authorizer: Authorizer;
  readonly roles: RoleFinder;
}

/** Roles and their policies. Users, groups and instance profiles are not here: whoever is not a role is the operator. */
export function createIam({ place, clock }: IamPorts): Iam {
  const entities = new Entities();
  const engine = { account: place.account, entities, now: () => new Date(clock.now()) };
  return {
    service: {
      signingName: "iam",
      protocol: { kind: "query", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
      operations: operationsOf(engine),
      resources: resourcesOf(engine),
      ...accessOf(engine),
    },
    authorizer: createAuthorizer(entities),
    roles: entities,
  };
}
