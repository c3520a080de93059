import type { ConditionKeys } from "#endpoint/core/ports.ts";
import type { Caller } from "#endpoint/core/service.ts";
import { coversAction } from "./authorization.ts";
import { conditionsHold } from "./conditions.ts";
import type { Statement } from "./policy-document.ts";
import type { Role } from "./role.ts";

/**
 * What a role's trust policy says of a caller: a role it names may assume it at once, one it trusts through the account
 * also needs its own policy that allows `sts:AssumeRole`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export type Trust = "named" | "account" | "none";

export function trustIn(role: Role, caller: Caller, keys: ConditionKeys): Trust {
  const account = caller.arn.split(":")[4] ?? "";
  const known = {
    "aws:PrincipalAccount": account,
    "aws:PrincipalArn": caller.kind === "role" ? caller.roleArn : caller.arn,
    ...keys,
  };
  const statements = role.trust.statements.filter(
    (it) => coversAction(it, "sts:AssumeRole") && conditionsHold(it.Condition, known),
  );
  const trusts = (effect: Statement["Effect"]) =>
    statements.filter((it) => it.Effect === effect).map((it) => trustOfPrincipal(it.Principal, caller, account));
  if (trusts("Deny").some((it) => it !== "none")) return "none";
  const allowed = trusts("Allow");
  if (allowed.includes("named")) return "named";
  return allowed.includes("account") ? "account" : "none";
}

function trustOfPrincipal(principal: Statement["Principal"], caller: Caller, account: string): Trust {
  const trusted = principal === "*" ? ["*"] : (principal?.AWS ?? []);
  const names = caller.kind === "role" ? [caller.roleArn, caller.arn] : [caller.arn];
  if (trusted.some((it) => it === "*" || names.includes(it))) return "named";
  return trusted.some((it) => it === account || it === `arn:aws:iam::${account}:root`) ? "account" : "none";
}
