import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { matchesWildcard } from "#endpoint/core/wildcard.ts";
import type { LambdaFunction, Statement } from "./functions.ts";

export const permission = v.object({
  Action: v.string(),
  Principal: v.string(),
  SourceArn: v.optional(v.string()),
  SourceAccount: v.optional(v.string()),
  PrincipalOrgID: v.optional(v.string()),
});
export type Permission = v.InferOutput<typeof permission>;

/** Adds a statement to a function's resource policy. Throws `ResourceConflictException` for an id that is taken. */
export function addPermission(fn: LambdaFunction, id: string, grant: Permission): Statement {
  if (fn.policy.has(id)) {
    throw new AwsError(
      "ResourceConflictException",
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      409,
    );
  }
  const conditions = {
    ...(grant.SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": grant.SourceArn } }),
    ...(grant.SourceAccount !== undefined && { StringEquals: { "AWS:SourceAccount": grant.SourceAccount } }),
  };
  const statement: Statement = {
    Sid: id,
    Effect: "Allow",
    Principal: principalOf(grant.Principal),
    Action: grant.Action,
    Resource: fn.arn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
  fn.policy.set(id, statement);
  return statement;
}

function principalOf(principal: string): Statement["Principal"] {
  if (principal === "*") return principal;
  return principal.includes(".amazonaws.com") ? { Service: principal } : { AWS: principal };
}

/** Whether the policy lets a service of AWS invoke the function on behalf of `sourceArn`. */
export function permits(fn: LambdaFunction, service: string, sourceArn: string, account: string): boolean {
  return [...fn.policy.values()].some(({ Action, Principal, Condition }) => {
    const principal = typeof Principal === "string" ? Principal : Principal.Service;
    const arn = Condition?.ArnLike?.["AWS:SourceArn"];
    const owner = Condition?.StringEquals?.["AWS:SourceAccount"];
    return (
      ["lambda:InvokeFunction", "lambda:*"].includes(Action) &&
      (principal === "*" || principal === service) &&
      (arn === undefined || matchesWildcard(arn, sourceArn)) &&
      (owner === undefined || owner === account)
    );
  });
}

export function policyDocument(fn: LambdaFunction): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: [...fn.policy.values()] });
}
