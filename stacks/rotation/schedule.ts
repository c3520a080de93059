import * as lambda from "aws-cdk-lib/aws-lambda";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { names, partitionOf } from "#fleet";
import { FunctionRoom } from "../parts/function-room.ts";
import type { Stack } from "../sst.ts";
import { announcing, arnsOf, type Entry, issuing, keysOf, type RotationProps, shared } from "./room-props.ts";

/** Secrets whose issuer the map names. */
function rotating({ map }: RotationProps) {
  return map.secrets.flatMap(({ key, rotation }) =>
    "declined" in rotation ? [] : [{ key, everyDays: rotation.everyDays }],
  );
}

function isRotating({ rotation }: Entry): boolean {
  return !("declined" in rotation);
}

/** `undefined` where the map declines every rotation. */
export function rotationRoom(stack: Stack, props: RotationProps): FunctionRoom | undefined {
  if (rotating(props).length === 0) return undefined;
  return new FunctionRoom(stack, props.plan, {
    name: "rotate-secret",
    description: "The four steps of a rotation, for every secret of the stage",
    // A step that is not done throws, and Secrets Manager repeats it: an issuer may take half an hour.
    calls: { failing: { spans: 6, of: 12 } },
    timeoutSeconds: 300,
    ...shared(props),
    statements: [
      {
        actions: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecretVersionIds",
          "secretsmanager:PutSecretValue",
          "secretsmanager:TagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        resources: arnsOf(props, isRotating),
      },
      ...keysOf(stack, props, "write", isRotating),
      ...issuing(stack, props),
      ...announcing(stack, props),
    ],
  });
}

/** Secrets Manager keeps the time. Turning a schedule on rotates nothing: the value may be a placeholder still. */
export function scheduleRotations(stack: Stack, room: FunctionRoom | undefined, props: RotationProps): void {
  if (room === undefined) return;
  const permission = new lambda.CfnPermission(stack, "SecretsManagerMayRotate", {
    action: "lambda:InvokeFunction",
    functionName: room.functionArn,
    principal: "secretsmanager.amazonaws.com",
    sourceAccount: stack.account,
    sourceArn: `arn:${partitionOf(props.plan.region)}:secretsmanager:${stack.region}:${stack.account}:secret:${names.secretPrefix(props.plan.stage)}*`,
  });
  for (const { key, everyDays } of rotating(props)) {
    const [secretId] = arnsOf(props, (entry) => entry.key === key);
    if (secretId === undefined) continue;
    const schedule = new secretsmanager.CfnRotationSchedule(stack, `${key}-rotation`, {
      secretId,
      rotationLambdaArn: room.functionArn,
      rotationRules: { automaticallyAfterDays: everyDays },
      rotateImmediatelyOnUpdate: false,
    });
    schedule.addDependency(permission);
    schedule.node.addDependency(room);
  }
}
