import {
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretPlan } from "#fleet";
import { current, holderOf, previous } from "#rotation/labels.ts";
import { Failure } from "../failure.ts";
import { missingText, readSecret, secretId } from "../secrets/read.ts";
import type { SecretKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";
import type { Change } from "./step.ts";

/** The version of a secret that is current, before another is made current for a while. */
export interface Held {
  readonly good: string;
  /** Makes this value current; gives its version. */
  replace(value: SecretKeys): Promise<string>;
  /** Makes the version of before current again. */
  readonly change: Change;
}

export async function holdVersion(stage: Stage, secret: SecretPlan): Promise<Held> {
  const client = stage.aws.client(SecretsManagerClient);
  const SecretId = secretId(secret);
  const versions = async () => {
    const facts = await readSecret(stage, secret.key);
    if (facts === undefined) throw new Failure(missingText(stage, secret));
    return facts.versions;
  };
  const before = await versions();
  const [good, older] = [holderOf(before, current), holderOf(before, previous)];
  if (good === undefined) throw new Failure(`${secret.name} has no value: fleet secrets set ${secret.key}`);
  const move = async (label: string, to: string) => {
    const from = holderOf(await versions(), label);
    if (from === to) return;
    const moved = { SecretId, VersionStage: label, MoveToVersionId: to };
    await client.send(
      new UpdateSecretVersionStageCommand({ ...moved, ...(from !== undefined && { RemoveFromVersionId: from }) }),
    );
  };
  return {
    good,
    async replace(value) {
      const put = new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) });
      return (await client.send(put)).VersionId ?? "";
    },
    change: {
      what: `version ${good} of ${secret.name}`,
      async undo() {
        await move(current, good);
        // Secrets Manager has put it on what was current in between: there the fleet finds what tasks may have read.
        if (older !== undefined && secret.usedBy.length === 0) await move(previous, older);
      },
    },
  };
}
