import { describe, expect, it } from "vitest";
import { policyFault } from "#endpoint/services/iam/policy-faults.ts";

const bucket = "arn:aws:s3:::reports";
const allow = { Effect: "Allow", Action: "s3:ListBucket", Resource: bucket };
const managed = (statement: unknown, more: object = {}) =>
  policyFault({ Version: "2012-10-17", Statement: statement, ...more }, "managed");
const when = (Condition: unknown) => managed({ ...allow, Condition });

const SYNTAX = "Syntax errors in policy.";
const LEGACY = "The policy failed legacy parsing";

describe("a policy that IAM refuses", () => {
  it.each<readonly [string, unknown, string]>([
    ["a text", policyFault("no policy", "managed"), SYNTAX],
    ["no statement", managed([]), SYNTAX],
    ["a statement that is a text", managed(["Allow"]), SYNTAX],
    ["a member it does not know", managed(allow, { Comment: "" }), SYNTAX],
    ["a member of a statement it does not know", managed({ ...allow, Comment: "" }), SYNTAX],
    ["an Id that is no text", managed(allow, { Id: {} }), SYNTAX],
    ["a Sid that is no text", managed({ ...allow, Sid: [] }), SYNTAX],
    ["an Effect of its own", managed({ ...allow, Effect: "Maybe" }), SYNTAX],
    ["no Effect", managed({ Action: "s3:ListBucket", Resource: bucket }), SYNTAX],
    ["an Action and a NotAction", managed({ ...allow, NotAction: [] }), SYNTAX],
    ["a Resource and a NotResource", managed({ ...allow, NotResource: "*" }), SYNTAX],
    ["an Action that is an object", managed({ ...allow, Action: {} }), SYNTAX],
    ["a Condition that is a list", when([]), SYNTAX],
    ["an operator without keys", when({ StringEquals: "a" }), SYNTAX],
    ["an operator it does not know", when({ Matches: { "aws:TagKeys": "a" } }), SYNTAX],
    ["a set operator with two colons", when({ "ForAnyValue::StringLike": { "aws:TagKeys": "a" } }), SYNTAX],
    ["an Effect in other letters", managed({ ...allow, Effect: "allow" }), LEGACY],
    ["a date that is none", when({ DateLessThan: { "aws:CurrentTime": "soon" } }), LEGACY],
    ["an offset of one digit", when({ DateLessThan: { "aws:CurrentTime": "2026-12-13T21:20:37+1" } }), LEGACY],
    ["an ARN that is too short", managed({ ...allow, Resource: "arn:aws:s3::reports" }), LEGACY],
    ["an ARN without a service", managed({ ...allow, Resource: "arn:aws::::reports" }), LEGACY],
    [
      "one Sid twice",
      managed([
        { ...allow, Sid: "read" },
        { ...allow, Sid: "read" },
      ]),
      "Statement IDs (SID) in a single policy must be unique.",
    ],
    ["no action", managed({ Effect: "Allow", Resource: bucket }), "Policy statement must contain actions."],
    ["no resource", managed({ Effect: "Allow", Action: "s3:ListBucket" }), "Policy statement must contain resources."],
    [
      "an action without a service",
      managed({ ...allow, Action: "invalid" }),
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ],
    ["a service with a space", managed({ ...allow, Action: "s 3:ListBucket" }), "Vendor s 3 is not valid"],
    [
      "an action with two colons",
      managed({ ...allow, Action: "s3:List:Bucket" }),
      "Actions/Condition can contain only one colon.",
    ],
    [
      "a resource that is no ARN",
      managed({ ...allow, Resource: "reports" }),
      'Resource reports must be in ARN format or "*".',
    ],
    [
      "another partition",
      managed({ ...allow, Resource: "aws:s3:::reports" }),
      'Partition "s3" is not valid for resource "arn:s3:::reports:*".',
    ],
    [
      "a bucket in a region",
      managed({ ...allow, Resource: "arn:aws:s3:us-east-1::reports" }),
      "Resource arn:aws:s3:us-east-1::reports can not contain region information.",
    ],
    [
      "a resource of IAM that is none of its kinds",
      managed({ ...allow, Resource: "arn:aws:iam::123456789012:reports" }),
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    [
      "an older version, in a managed policy",
      policyFault({ Version: "2008-10-17", Statement: allow }, "managed"),
      "Policy document must be version 2012-10-17 or greater.",
    ],
    ["a principal", managed({ ...allow, Principal: "*" }), "Policy document should not specify a principal."],
    [
      "a role that anybody may take for anything",
      policyFault({ Statement: { Effect: "Allow", Principal: "*", Action: "s3:ListBucket" } }, "trust"),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
  ])("[AWS-10] has %s", (_, fault, expected) => {
    expect(fault).toBe(expected);
  });
});

describe("a policy that IAM takes", () => {
  it.each<readonly [string, unknown]>([
    ["an empty condition", when({})],
    ["an operator without a key", when({ DateGreaterThan: {} })],
    ["a part of a date", when({ DateLessThan: { "aws:CurrentTime": "2026-07" } })],
    ["milliseconds since the epoch", when({ DateLessThan: { "aws:EpochTime": "1795910400000" } })],
    ["a service that does not exist", managed({ ...allow, Action: "no-such.service:Act" })],
    [
      "everything but one action, anywhere but in one place",
      managed({ Effect: "Deny", NotAction: "s3:*", NotResource: bucket }),
    ],
    ["no version, inline", policyFault({ Statement: allow }, "inline")],
  ])("has %s", (_, fault) => {
    expect(fault).toBeUndefined();
  });
});
