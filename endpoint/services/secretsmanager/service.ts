import type { SecretReader } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { SecretsManagerPorts } from "./engine.ts";
import { invalidRequest } from "./errors.ts";
import { createNotices } from "./notices.ts";
import { operationsOf } from "./operations/index.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources/index.ts";
import { createRotations } from "./rotation.ts";
import { startRotationTimer } from "./rotation-timer.ts";
import { createSecrets } from "./secrets.ts";
import { createValues } from "./values.ts";

export interface SecretsManager {
  readonly service: AwsService;
  readonly secrets: SecretReader;
  stop(): Promise<void>;
}

/** Errors of every JSON service, which Secrets Manager's own model does not have. */
const unmodelled = new Set(["ValidationException", "SerializationException", "AccessDeniedException"]);

/** Secrets Manager: versions and their labels, and rotation by the deployed functions. */
export function createSecretsManager(ports: SecretsManagerPorts): SecretsManager {
  const { place, clock, events, functions, keys, retryAfterMs = 5 * 60_000 } = ports;
  const secrets = createSecrets(place, () => clock.now());
  const notices = createNotices(place, clock, events);
  const values = createValues(clock, notices);
  const rotations = createRotations({ clock, functions, values, notices, retryAfterMs });
  const timer = startRotationTimer(clock, secrets, rotations);
  const engine = { place, clock, secrets, values, rotations, timer, keys };

  const stop = async () => {
    timer.stop();
    for (const secret of secrets.list()) rotations.stop(secret);
  };
  return {
    service: {
      signingName: "secretsmanager",
      protocol: { kind: "json", messageMember: (code) => (unmodelled.has(code) ? "message" : "Message") },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
      malformed: (input) =>
        input.member === "ClientRequestToken" && input.constraint === "Member must not be null"
          ? invalidRequest("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
          : input,
      stop,
    },
    secrets: {
      read(secretId, { id, stage } = {}) {
        const secret = secrets.active(secretId);
        const { value } = values.read(secret, { id, stage });
        if (value.kind === "text") return value.text;
        throw invalidRequest(`The secret ${secret.name} holds binary data, which has no text to hand out.`);
      },
    },
    stop,
  };
}
