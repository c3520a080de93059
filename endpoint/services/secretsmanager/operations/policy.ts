import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { identified } from "./secrets.ts";

const policy = v.object({ ResourcePolicy: v.string(), BlockPublicPolicy: v.optional(v.boolean(), false) });
const statement = v.looseObject({ Effect: v.picklist(["Allow", "Deny"]), Principal: v.optional(v.unknown()) });
const document = v.looseObject({ Statement: v.union([statement, v.array(statement)]) });

type Finding = "sound" | "malformed" | "public";

/** Who may reach a secret by its policy is not judged here beyond "everybody". */
export function inspectPolicy(text: string): Finding {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return "malformed";
  }
  const checked = v.safeParse(document, parsed);
  if (!checked.success) return "malformed";
  const everybody = [checked.output.Statement]
    .flat()
    .some((one) => one.Effect === "Allow" && /^("\*"|\{"AWS":"\*"\})$/.test(JSON.stringify(one.Principal ?? null)));
  return everybody ? "public" : "sound";
}

export function policyOperations({ secrets }: SecretsManagerEngine): Operations {
  return {
    PutResourcePolicy: define(v.object({ ...identified.entries, ...policy.entries }), (input) => {
      const secret = secrets.active(input.SecretId);
      const finding = inspectPolicy(input.ResourcePolicy);
      if (finding === "malformed") {
        throw new AwsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json.");
      }
      if (finding === "public" && input.BlockPublicPolicy) {
        throw new AwsError("PublicPolicyException", "This resource policy grants access to everybody.");
      }
      secret.policy = input.ResourcePolicy;
      return { ARN: secret.arn, Name: secret.name };
    }),
    GetResourcePolicy: define(identified, ({ SecretId }) => {
      const secret = secrets.active(SecretId);
      return { ARN: secret.arn, Name: secret.name, ResourcePolicy: secret.policy };
    }),
    DeleteResourcePolicy: define(identified, ({ SecretId }) => {
      const secret = secrets.active(SecretId);
      secret.policy = undefined;
      return { ARN: secret.arn, Name: secret.name };
    }),
    ValidateResourcePolicy: define(policy, ({ ResourcePolicy }) => {
      const finding = inspectPolicy(ResourcePolicy);
      if (finding === "malformed") {
        throw new AwsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json.");
      }
      return {
        PolicyValidationPassed: finding === "sound",
        ValidationErrors:
          finding === "sound"
            ? []
            : [{ CheckName: "PUBLIC_POLICY", ErrorMessage: "The policy grants access to everybody." }],
      };
    }),
  };
}
