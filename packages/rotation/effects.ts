import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { rehearse } from "#lambda/rehearsal.ts";
import { createEffects, type Effects } from "./aws/effects.ts";

const secrets = new SecretsManagerClient({});
await rehearse((options) => secrets.send(new DescribeSecretCommand({ SecretId: "none" }), options));

let made: Effects | undefined;

/**
 * The functions' outside world, built once, with the first event, so that a mistake in the environment fails that event.
 *
 * @param deadline milliseconds since the epoch, after which no new work starts
 */
export function effects(deadline: number): Effects {
  made ??= createEffects(secrets);
  made.setDeadline(deadline);
  return made;
}
