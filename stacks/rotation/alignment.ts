import { createHash } from "node:crypto";
import { CustomResource, Duration } from "aws-cdk-lib/core";
import { FunctionRoom } from "../parts/function-room.ts";
import type { Stack } from "../sst.ts";
import { announcing, arnsOf, type Entry, keysOf, type RotationProps, shared } from "./room-props.ts";

/** From one run to the next that nothing else woke. */
export const alignmentSeconds = Duration.days(1).toSeconds();

/** `undefined` where no secret has a key with an old name. */
export function alignmentRoom(stack: Stack, props: RotationProps): FunctionRoom | undefined {
  const isAliased = ({ aliases }: Entry) => Object.keys(aliases).length > 0;
  const aliased = arnsOf(props, isAliased);
  if (aliased.length === 0) return undefined;
  return new FunctionRoom(stack, props.plan, {
    name: "align-splunk",
    description: "Rewrites keys of secrets that have an old name, as the map says",
    calls: { everySeconds: alignmentSeconds },
    timeoutSeconds: 60,
    ...shared(props),
    statements: [
      {
        actions: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:TagResource",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        resources: aliased,
      },
      ...keysOf(stack, props, "write", isAliased),
      ...announcing(stack, props),
    ],
  });
}

/** On deploy, before any service starts; again when the old names in the map change. */
export function alignOnDeploy(stack: Stack, room: FunctionRoom, { map }: RotationProps): void {
  const aliases = map.secrets.map(({ id, aliases }) => [id, aliases]);
  const resource = new CustomResource(stack, "Alignment", {
    serviceToken: room.functionArn,
    resourceType: "Custom::SecretAlignment",
    properties: { Aliases: createHash("sha256").update(JSON.stringify(aliases)).digest("hex") },
  });
  resource.node.addDependency(room);
}
