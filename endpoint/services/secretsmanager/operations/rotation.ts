import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { invalidRequest } from "../errors.ts";
import { scheduled } from "../rotation.ts";
import { checkRules, rotationRules } from "../rotation-rules.ts";
import { identified, requestToken } from "./secrets.ts";

const rotation = v.object({
  ...identified.entries,
  ClientRequestToken: requestToken,
  RotationLambdaARN: v.optional(v.string()),
  RotationRules: v.optional(rotationRules),
  RotateImmediately: v.optional(v.boolean(), true),
});
type RotationRequest = v.InferOutput<typeof rotation>;

/** `RotateSecret`; CloudFormation's RotationSchedule asks for the same. */
export function rotate(engine: SecretsManagerEngine, request: RotationRequest) {
  const { clock, secrets, rotations, timer } = engine;
  const secret = secrets.active(request.SecretId);
  const lambdaArn = request.RotationLambdaARN ?? secret.rotation?.lambdaArn;
  if (lambdaArn === undefined) {
    throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
  }
  const rules = request.RotationRules ?? secret.rotation?.rules;
  if (rules !== undefined) checkRules(rules);
  rotations.checkFunction(secret, lambdaArn);
  secret.rotation = scheduled({ lambdaArn, rules }, clock.now());
  timer.reset();
  const named = { ARN: secret.arn, Name: secret.name };
  if (request.RotateImmediately) return { ...named, VersionId: rotations.start(secret, request.ClientRequestToken) };
  void rotations.test(secret);
  return named;
}

export function rotationOperations(engine: SecretsManagerEngine): Operations {
  return {
    RotateSecret: define(rotation, (request) => rotate(engine, request)),
    CancelRotateSecret: define(identified, ({ SecretId }) => {
      const secret = engine.secrets.active(SecretId);
      if (secret.rotation === undefined) {
        throw invalidRequest("You can't cancel the rotation of a secret for which rotation was never enabled.");
      }
      engine.rotations.stop(secret);
      secret.announced = undefined;
      secret.rotation = { ...secret.rotation, enabled: false, nextAt: undefined };
      return { ARN: secret.arn, Name: secret.name };
    }),
  };
}
