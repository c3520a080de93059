import type { AccessRequest, Authorizer, ConditionKeys, Decision } from "#endpoint/core/ports.ts";
import { matchesWildcard } from "#endpoint/core/wildcard.ts";
import { conditionsHold } from "./conditions.ts";
import type { Policy, Statement } from "./policy-document.ts";
import type { Role } from "./role.ts";

/** What policies apply to a role, resolved by the store. */
export interface Policies {
  findRole(roleArn: string): Role | undefined;
  /** Inline and attached policies. */
  policiesOf(role: Role): readonly Policy[];
  boundaryOf(role: Role): Policy | undefined;
}

/**
 * Identity-based policies and permissions boundaries, as IAM evaluates them: an explicit deny wins, then something must
 * allow. Out of scope: resource-based policies, service control policies, session policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function createAuthorizer(entities: Policies): Authorizer {
  return {
    decide(request) {
      const role = entities.findRole(request.principal.roleArn);
      if (!role) return "no identity-based policy";
      const question = { ...request, conditionKeys: { ...globalKeys(role, request), ...request.conditionKeys } };
      const boundary = entities.boundaryOf(role);
      return decide(
        evaluate(entities.policiesOf(role), question),
        boundary === undefined ? "allow" : evaluate([boundary], question),
      );
    },
  };
}

type Verdict = "allow" | "deny" | "no statement";

function decide(identity: Verdict, boundary: Verdict): Decision {
  if (identity === "deny" || boundary === "deny") return "explicit deny";
  if (identity === "no statement") return "no identity-based policy";
  return boundary === "allow" ? "allowed" : "no permissions boundary";
}

export type Question = Pick<AccessRequest, "action" | "resource" | "conditionKeys">;

export function evaluate(policies: readonly Policy[], question: Question): Verdict {
  const statements = policies.flatMap((policy) => policy.statements).filter((it) => applies(it, question));
  if (statements.some((it) => it.Effect === "Deny")) return "deny";
  return statements.some((it) => it.Effect === "Allow") ? "allow" : "no statement";
}

function applies(statement: Statement, question: Question): boolean {
  return (
    coversAction(statement, question.action) &&
    coversResource(statement, question) &&
    conditionsHold(statement.Condition, question.conditionKeys)
  );
}

export function coversAction(statement: Statement, action: string): boolean {
  const covers = (patterns: readonly string[]) =>
    patterns.some((it) => matchesWildcard(it, action, { letterCase: "any" }));
  return statement.Action ? covers(statement.Action) : !covers(statement.NotAction ?? ["*"]);
}

function coversResource(statement: Statement, { resource, conditionKeys }: Question): boolean {
  // Which resource is not known: an allow is taken for it, a deny only when it is for every resource.
  if (resource === undefined) return statement.Effect === "Allow" || (statement.Resource?.includes("*") ?? false);
  const covers = (patterns: readonly string[]) =>
    patterns.some((it) => matchesWildcard(withVariables(it, conditionKeys), resource));
  return statement.Resource ? covers(statement.Resource) : !covers(statement.NotResource ?? ["*"]);
}

/** `${aws:PrincipalAccount}` and the like; a variable that is not known stays, and matches nothing. */
function withVariables(pattern: string, keys: ConditionKeys): string {
  return pattern.replace(/\$\{([^{}]+)\}/g, (variable, name: string) => {
    const value = Object.entries(keys).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    return typeof value === "string" ? value : variable;
  });
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function globalKeys(role: Role, request: AccessRequest): ConditionKeys {
  const account = role.arn.split(":")[4] ?? "";
  const tags = Object.entries(role.tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]);
  return {
    ...Object.fromEntries(tags),
    "aws:PrincipalArn": role.arn,
    "aws:PrincipalAccount": account,
    // There is one account here, whose resources they all are.
    "aws:ResourceAccount": account,
    "s3:ResourceAccount": account,
    "aws:PrincipalType": "AssumedRole",
    "aws:userid": `${role.id}:${request.principal.sessionName}`,
    "aws:SourceIp": "127.0.0.1",
  };
}
