import * as v from "valibot";

/**
 * What Secrets Manager sends. It also holds a RotationToken, which is not needed here.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-lambda-function-overview.html
 */
export const RotationEvent = v.object({
  Step: v.picklist(["createSecret", "setSecret", "testSecret", "finishSecret"]),
  SecretId: v.string(),
  ClientRequestToken: v.string(),
});
export type RotationEvent = v.InferOutput<typeof RotationEvent>;
