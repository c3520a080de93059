import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import type { Cloud } from "@mcp-fleet/endpoint";
import type { StagePlan } from "#fleet";
import { clientSettings } from "./fleet.ts";

const parameters = {
  CloudFormationExecutionPolicies: "arn:aws:iam::aws:policy/AdministratorAccess",
  FileAssetsBucketKmsKeyId: "AWS_MANAGED_KEY",
};

/**
 * The stack of `cdk bootstrap`, from CDK's own template, in an account that has none: starting CDK for it takes longer
 * than the stack.
 */
export async function bootstrap(cloud: Cloud, { controls }: StagePlan): Promise<void> {
  const { qualifier: Qualifier, stack } = controls.bootstrap;
  const cdk = dirname(fileURLToPath(import.meta.resolve("aws-cdk/package.json")));
  await new CloudFormationClient(clientSettings(cloud)).send(
    new CreateStackCommand({
      StackName: stack,
      TemplateBody: await readFile(join(cdk, "lib/api/bootstrap/bootstrap-template.yaml"), "utf8"),
      Parameters: Object.entries({ ...parameters, Qualifier }).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
  await cloud.cloudFormation.idle();
}
