import type { Authorizer } from "./ports.ts";
import type { Refusal } from "./refusals.ts";
import type { Caller } from "./service.ts";

/** One action on one resource, as a service says what a call does. */
export interface Access {
  readonly action: string;
  readonly resource?: string;
}

/** Where IAM's name of a service or an operation is not the one on the wire. */
const iamPrefix: Readonly<Record<string, string>> = { monitoring: "cloudwatch" };
const iamAction: Readonly<Record<string, string>> = { "lambda:Invoke": "lambda:InvokeFunction" };

export function actionOf(signingName: string, operation: string): string {
  const action = `${iamPrefix[signingName] ?? signingName}:${operation}`;
  return iamAction[action] ?? action;
}

/** The refusal of the first access that no policy of the caller's role allows. The operator may do everything. */
export function refusalOf(
  authorizer: Authorizer,
  caller: Caller,
  accesses: readonly Access[],
  conditionKeys: Readonly<Record<string, string>>,
): Refusal | undefined {
  switch (caller.kind) {
    case "operator":
      return undefined;
    case "role": {
      const denied = accesses.find((access) => !authorizer.isAllowed({ principal: caller, conditionKeys, ...access }));
      return denied && { kind: "denied", arn: caller.arn, ...denied };
    }
  }
}
