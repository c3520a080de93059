import { randomBytes } from "node:crypto";
import type { ResourceContext } from "./service.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const suffixLength = 12;

/**
 * A name such as CloudFormation generates for a resource that was given none: `<stack>-<logical id>-<random>`,
 * shortened in the middle parts to the type's limit.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
 */
export function physicalName(
  context: Pick<ResourceContext, "stackName" | "logicalId">,
  maxLength: number,
  letterCase: "mixed" | "lower" = "mixed",
): string {
  const suffix = [...randomBytes(suffixLength)].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  const room = maxLength - suffix.length - 2;
  const logicalId = context.logicalId.slice(0, Math.max(Math.ceil(room / 2), room - context.stackName.length));
  const stackName = context.stackName.slice(0, room - logicalId.length);
  const name = `${stackName}-${logicalId}-${suffix}`;
  return letterCase === "lower" ? name.toLowerCase() : name;
}
