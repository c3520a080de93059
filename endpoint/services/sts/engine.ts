import type { Identities } from "#endpoint/core/identities.ts";
import type { Authorizer, Clock, Place } from "#endpoint/core/ports.ts";
import type { RoleFinder } from "#endpoint/services/iam/role.ts";

export interface StsPorts {
  readonly place: Pick<Place, "account">;
  readonly clock: Pick<Clock, "now">;
  readonly identities: Pick<Identities, "issueUntil">;
  readonly roles: RoleFinder;
  readonly authorizer: Authorizer;
}
