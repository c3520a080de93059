import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { matchesWildcard } from "#endpoint/core/wildcard.ts";
import type { LambdaFunction, Statement } from "./functions.ts";

export const permission = v.object({
  Action: v.string(),
  Principal: v.string(),
  SourceArn: v.optional(v.string()),
  SourceAccount: v.optional(v.string()),
  PrincipalOrgID: v.optional(v.string()),
  FunctionUrlAuthType: v.optional(v.picklist(["NONE", "AWS_IAM"])),
  InvokedViaFunctionUrl: v.optional(flag),
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
    ...((grant.SourceAccount ?? grant.FunctionUrlAuthType) !== undefined && {
      StringEquals: {
        ...(grant.SourceAccount !== undefined && { "AWS:SourceAccount": grant.SourceAccount }),
        ...(grant.FunctionUrlAuthType !== undefined && { "lambda:FunctionUrlAuthType": grant.FunctionUrlAuthType }),
      },
    }),
    ...(grant.InvokedViaFunctionUrl === true && { Bool: { "lambda:InvokedViaFunctionUrl": "true" } }),
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
      Condition?.Bool === undefined &&
      (principal === "*" || principal === service) &&
      (arn === undefined || matchesWildcard(arn, sourceArn)) &&
      (owner === undefined || owner === account)
    );
  });
}

/**
 * Whether the policy lets anybody call the function by its URL: two statements, since October 2025.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function permitsUrl(fn: LambdaFunction): boolean {
  const forAll = [...fn.policy.values()].filter(({ Principal }) => Principal === "*");
  const authType = (statement: Statement) => statement.Condition?.StringEquals?.["lambda:FunctionUrlAuthType"];
  return (
    forAll.some((one) => one.Action === "lambda:InvokeFunctionUrl" && ["NONE", undefined].includes(authType(one))) &&
    forAll.some(({ Action, Condition }) => Action === "lambda:InvokeFunction" && Condition?.ArnLike === undefined)
  );
}

export function policyDocument(fn: LambdaFunction): string {
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: [...fn.policy.values()] });
}
