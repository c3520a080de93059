import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { openRotationStage, type RotationFigures, rotateUnderLoad, splunk } from "../test/stage/rotation.ts";

const perSecond = 50;

/** One rotation of the Splunk token in a fleet that the real `sst` deployed, at 50 calls of a tool a second. */
export async function benchRotation(): Promise<RotationFigures> {
  const rotation = await openRotationStage();
  try {
    const { failures: _, ...figures } = await rotateUnderLoad(rotation, perSecond, () =>
      rotation.secrets.send(new RotateSecretCommand({ SecretId: splunk })),
    );
    return figures;
  } finally {
    await rotation.close();
  }
}
