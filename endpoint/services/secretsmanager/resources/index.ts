import type { Resources } from "#endpoint/core/service.ts";
import type { SecretsManagerEngine } from "../engine.ts";
import { resourcePolicyResource, rotationScheduleResource, targetAttachmentResource } from "./attachments.ts";
import { secretResource } from "./secret.ts";

export function resourcesOf(engine: SecretsManagerEngine): Resources {
  return {
    "AWS::SecretsManager::Secret": secretResource(engine),
    "AWS::SecretsManager::RotationSchedule": rotationScheduleResource(engine),
    "AWS::SecretsManager::ResourcePolicy": resourcePolicyResource(engine),
    "AWS::SecretsManager::SecretTargetAttachment": targetAttachmentResource(),
  };
}
