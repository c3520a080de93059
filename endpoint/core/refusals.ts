import { AwsError } from "./errors.ts";
import type { Decision } from "./ports.ts";
import type { Codec } from "./protocols/codec.ts";

type Dialect = Codec["dialect"];

/** What the front door refuses before a service sees the call. */
export type Refusal =
  | { readonly kind: "unknown-key" | "expired-key" | "no-signature" }
  | {
      readonly kind: "denied";
      readonly arn: string;
      readonly action: string;
      readonly resource?: string;
      readonly because: Exclude<Decision, "allowed">;
    };

/**
 * One refusal has a code and a status per protocol:
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html (query),
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html (JSON),
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (EC2).
 */
export function refuse(refusal: Refusal, dialect: Dialect): AwsError {
  const status = dialect === "json" ? 400 : 403;
  switch (refusal.kind) {
    case "unknown-key":
      return new AwsError(unknownKeyCode(dialect), "The security token included in the request is invalid.", status);
    case "expired-key":
      return new AwsError(
        isJson(dialect) ? "ExpiredTokenException" : "ExpiredToken",
        "The security token included in the request is expired",
        status,
      );
    case "no-signature":
      return new AwsError(
        isJson(dialect) ? "MissingAuthenticationTokenException" : "MissingAuthenticationToken",
        "Request is missing Authentication Token",
        403,
      );
    case "denied":
      return new AwsError(deniedCode(dialect), deniedMessage(refusal), status);
  }
}

function isJson(dialect: Dialect): boolean {
  return dialect === "json" || dialect === "rest-json";
}

function unknownKeyCode(dialect: Dialect): string {
  if (dialect === "ec2") return "AuthFailure";
  return isJson(dialect) ? "UnrecognizedClientException" : "InvalidClientTokenId";
}

function deniedCode(dialect: Dialect): string {
  if (dialect === "ec2") return "UnauthorizedOperation";
  return isJson(dialect) ? "AccessDeniedException" : "AccessDenied";
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function deniedMessage({ arn, action, resource, because }: Extract<Refusal, { readonly kind: "denied" }>): string {
  const on = resource === undefined ? "" : ` on resource: ${resource}`;
  const why =
    because === "explicit deny"
      ? "with an explicit deny in an identity-based policy"
      : `because ${because} allows the ${action} action`;
  return `User: ${arn} is not authorized to perform: ${action}${on} ${why}`;
}
