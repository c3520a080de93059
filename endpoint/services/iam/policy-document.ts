import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { type PolicyKind, policyFault } from "./policy-faults.ts";

const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((value) => (typeof value === "string" ? [value] : value)),
);
const scalar = v.pipe(
  v.union([v.string(), v.number(), v.boolean()]),
  v.transform((value) => String(value)),
);
const conditionValues = v.pipe(
  v.union([scalar, v.array(scalar)]),
  v.transform((value) => (typeof value === "string" ? [value] : value)),
);

const statement = v.object({
  Sid: v.optional(v.string()),
  Effect: v.pipe(
    v.string(),
    v.transform((effect) => (/^allow$/i.test(effect) ? "Allow" : "Deny")),
  ),
  Principal: v.optional(v.union([v.literal("*"), v.record(v.string(), texts)])),
  Action: v.optional(texts),
  NotAction: v.optional(texts),
  Resource: v.optional(texts),
  NotResource: v.optional(texts),
  Condition: v.optional(v.record(v.string(), v.record(v.string(), conditionValues))),
});

export const policyDocument = v.object({
  Version: v.optional(v.picklist(["2012-10-17", "2008-10-17"])),
  Statement: v.pipe(
    v.union([statement, v.array(statement)]),
    v.transform((value) => (Array.isArray(value) ? value : [value])),
  ),
});

export type Statement = v.InferOutput<typeof statement>;

/** A policy as it was written, which the API gives back, and its statements. */
export interface Policy {
  readonly text: string;
  readonly statements: readonly Statement[];
}

/** Throws `MalformedPolicyDocument`. */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const given = readJson(text);
  const fault = policyFault(given, kind);
  if (fault !== undefined) throw malformed(fault);
  return { text, statements: v.parse(policyDocument, given).Statement };
}

/** IAM counts characters without white space. */
export function policySize(policy: Policy): number {
  return policy.text.replace(/\s/g, "").length;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocument", message);
}
