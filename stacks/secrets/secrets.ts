import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { CustomResource } from "aws-cdk-lib/core";
import type { SecretPlan, StagePlan } from "#fleet";
import { keyOf, secretKeyStatements } from "../encryption/key-use.ts";
import { keptForever } from "../parts/durability.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { accept } from "../parts/nag.ts";
import { usePlan } from "../parts/plan.ts";
import type { Stack, StackContext } from "../sst.ts";

export function Secrets({ app, stack }: StackContext) {
  const plan = usePlan(app);
  const adopted = plan.secrets.flatMap(({ key, adoptedArn }) =>
    adoptedArn === undefined ? [] : [{ key, arn: adoptedArn }],
  );
  const created = plan.secrets
    .filter(({ adoptedArn }) => adoptedArn === undefined)
    .map((secret) => ({ ...secret, arn: createSecret(stack, plan, secret) }));
  if (created.length > 0) seed(stack, plan, created);
  return { arns: new Map([...adopted, ...created].map(({ key, arn }) => [key, arn])) };
}

/**
 * The secret without a value: with one in the template, each later change of the template would write it again over
 * what people or a rotation have put there.
 */
function createSecret(stack: Stack, plan: StagePlan, planned: SecretPlan): string {
  const { key, name, description } = planned;
  const kmsKeyId = keyOf(plan, planned);
  const secret = new secretsmanager.CfnSecret(stack, key, {
    name,
    description,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
  });
  secret.applyRemovalPolicy(keptForever(plan));
  accept(secret, {
    "AwsSolutions-SMG4":
      "What rotates a secret depends on who issued it; schedules come with the functions that can do it.",
  });
  return secret.ref;
}

type CreatedSecret = SecretPlan & { readonly arn: string };

/** Puts the first value into each secret that has none, before any task asks for it. */
function seed(stack: Stack, plan: StagePlan, secrets: readonly CreatedSecret[]): void {
  const room = new FunctionRoom(stack, plan, {
    name: "seed-secret",
    description: "Puts the first value into a secret of the fleet, once",
    // CloudFormation waits for its answer, and fails the deploy that gets none.
    calls: { by: "request" },
    statements: [
      {
        actions: ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"],
        resources: secrets.map(({ arn }) => arn),
      },
      ...secretKeyStatements(stack, plan, "write", (key) => secrets.some((secret) => secret.key === key)),
    ],
  });
  for (const { key, arn, keys } of secrets) {
    const first = new CustomResource(stack, `${key}-first-value`, {
      serviceToken: room.functionArn,
      resourceType: "Custom::FirstSecretValue",
      properties: { SecretArn: arn, Keys: JSON.stringify(keys) },
    });
    first.node.addDependency(room);
  }
}
