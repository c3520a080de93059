import type {
  Clock,
  EventBus,
  FunctionInvoker,
  InvokePermissions,
  Place,
  SecretReader,
} from "#local/endpoint/ports.ts";
import type { AwsService } from "#local/endpoint/service.ts";
import { conditionKeys, resourceArn } from "./access.ts";
import type { SecretsEngine } from "./engine.ts";
import { createNotices } from "./notices.ts";
import { policyOperations } from "./operations/policy.ts";
import { rotationOperations } from "./operations/rotation.ts";
import { secretOperations } from "./operations/secrets.ts";
import { valueOperations } from "./operations/values.ts";
import { resourcePolicyResource, rotationScheduleResource, targetAttachmentResource } from "./resources/attachments.ts";
import { secretResource } from "./resources/secret.ts";
import { createRotations } from "./rotation.ts";
import { startRotationTimer } from "./rotation-timer.ts";
import { invalidRequest } from "./secret.ts";
import { createSecretStore } from "./store.ts";
import { createValues } from "./values.ts";

export interface SecretsManagerPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly functions: FunctionInvoker & InvokePermissions;
  /** Milliseconds between a failed rotation attempt and the next; five minutes unless told. */
  readonly retryAfterMs?: number;
}

export interface SecretsManager {
  readonly service: AwsService;
  readonly secrets: SecretReader;
  stop(): Promise<void>;
}

/** Secrets Manager: versions and their labels, and rotation by the deployed functions. */
export function createSecretsManager(ports: SecretsManagerPorts): SecretsManager {
  const { place, clock, events, functions, retryAfterMs = 5 * 60_000 } = ports;
  const store = createSecretStore(place, () => clock.now());
  const notices = createNotices(place, clock, events);
  const values = createValues(clock, notices);
  const rotations = createRotations({ clock, functions, values, notices, retryAfterMs });
  const timer = startRotationTimer(clock, store, rotations);
  const engine: SecretsEngine = { clock, store, values, rotations, timer };

  const stop = async () => {
    timer.stop();
    for (const secret of store.list()) rotations.stop(secret);
  };
  return {
    service: {
      signingName: "secretsmanager",
      protocol: { kind: "json" },
      operations: {
        ...secretOperations(engine),
        ...valueOperations(engine),
        ...rotationOperations(engine),
        ...policyOperations(engine),
      },
      resources: {
        "AWS::SecretsManager::Secret": secretResource(engine),
        "AWS::SecretsManager::RotationSchedule": rotationScheduleResource(engine),
        "AWS::SecretsManager::ResourcePolicy": resourcePolicyResource(engine),
        "AWS::SecretsManager::SecretTargetAttachment": targetAttachmentResource(),
      },
      resourceOf: (_operation, input) => resourceArn(place, store, input),
      conditionKeysOf: (_operation, input) => conditionKeys(store, input),
      stop,
    },
    secrets: {
      read(secretId, { id, stage } = {}) {
        const secret = store.active(secretId);
        const { value } = values.read(secret, { id, stage });
        if (value.kind === "text") return value.text;
        throw invalidRequest(`The secret ${secret.name} holds binary data, which has no text to hand out.`);
      },
    },
    stop,
  };
}
