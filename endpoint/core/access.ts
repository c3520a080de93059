import type { Authorizer, ConditionKeys } from "./ports.ts";
import type { Refusal } from "./refusals.ts";
import type { Caller } from "./service.ts";

/** One action on one resource, as a service says what a call does. */
export interface Access {
  readonly action: string;
  readonly resource?: string;
}

/** Where IAM's name of a service or an operation is not the one on the wire. */
const iamPrefix: Readonly<Record<string, string>> = { monitoring: "cloudwatch", iotdata: "iot" };
const iamAction: Readonly<Record<string, string>> = {
  "lambda:Invoke": "lambda:InvokeFunction",
  "sqs:SendMessageBatch": "sqs:SendMessage",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
};

/** Calls whose permission STS decides: anyone may ask who they are, and a role's trust policy says who may assume it. */
const decidedByService = new Set(["sts:GetCallerIdentity", "sts:AssumeRole"]);

export function actionOf(signingName: string, operation: string): string {
  const action = `${iamPrefix[signingName] ?? signingName}:${operation}`;
  return iamAction[action] ?? action;
}

/** One access a resource; one without a resource where the service does not say. */
export function accessesOf(
  signingName: string,
  operation: string,
  resources: string | readonly string[] | undefined,
): readonly Access[] {
  const action = actionOf(signingName, operation);
  if (resources === undefined) return [{ action }];
  return (typeof resources === "string" ? [resources] : resources).map((resource) => ({ action, resource }));
}

/** The refusal of the first access that no policy of the caller's role allows. The operator may do everything. */
export function refusalOf(
  authorizer: Authorizer,
  caller: Caller,
  accesses: readonly Access[],
  conditionKeys: ConditionKeys,
): Refusal | undefined {
  switch (caller.kind) {
    case "operator":
      return undefined;
    case "role": {
      const asked = accesses.filter((access) => !decidedByService.has(access.action));
      for (const access of asked) {
        const decision = authorizer.decide({ principal: caller, conditionKeys, ...access });
        if (decision !== "allowed") return { kind: "denied", arn: caller.arn, because: decision, ...access };
      }
      return undefined;
    }
  }
}
