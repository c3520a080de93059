import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { IamEngine } from "./engine.ts";

const named = v.object({ RoleName: v.string() });
const byArn = v.object({ PolicyArn: v.string() });

export function accessOf({ entities }: IamEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const role = v.safeParse(named, input);
      if (role.success && entities.hasRole(role.output.RoleName)) return entities.role(role.output.RoleName).arn;
      const policy = v.safeParse(byArn, input);
      return policy.success ? policy.output.PolicyArn : undefined;
    },
  };
}
