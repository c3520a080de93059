import * as v from "valibot";
import type { Place } from "#endpoint/core/ports.ts";
import type { CallAccess } from "#endpoint/core/service.ts";

const named = v.object({ StackName: v.string() });

/** Calls that are about no stack, or about all. */
const ofNone = new Set([
  "ListStacks",
  "ListImports",
  "ListExports",
  "DescribeStackDriftDetectionStatus",
  "ValidateTemplate",
]);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html */
export function accessOf({ place }: { readonly place: Place }): CallAccess {
  return {
    resourceOf(operation, input) {
      const parsed = v.safeParse(named, input);
      if (!parsed.success) return ofNone.has(operation) || operation === "DescribeStacks" ? "*" : undefined;
      const { StackName } = parsed.output;
      if (StackName.startsWith("arn:")) return StackName;
      return `arn:aws:cloudformation:${place.region}:${place.account}:stack/${StackName}/${unknownId}`;
    },
  };
}

/** That of a stack is not in its name, and no policy names it. */
const unknownId = "00000000-0000-0000-0000-000000000000";
