import { matchesWildcard } from "#endpoint/core/wildcard.ts";

/**
 * Both of ArnEquals and ArnLike compare the six parts of an ARN one by one, with wildcards in each.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const patternParts = arnParts(pattern);
  const parts = arnParts(arn);
  return (
    parts.length === 6 &&
    patternParts.length === 6 &&
    patternParts.every((part, index) => matchesWildcard(part, parts[index] ?? ""))
  );
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}
