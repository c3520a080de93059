import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#console/reading/each.ts";
import { createMask, type Mask, readMask } from "#evidence/mask.ts";
import { reasonOf } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { LogEvent, Source } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: no event is longer. */
const longestEvent = 1024 * 1024;
/** Whatever looks like a credential, where no value may be read. */
const byForm = createMask([], longestEvent);

/** Events without the values of the secrets that their services get, nor anything else that looks like a credential. */
export type MaskEvents = (events: readonly LogEvent[]) => readonly LogEvent[];

/** Where the values cannot be read, that is said once, and credentials are known by their form alone. */
export async function readMasks(stage: Stage, { services }: Source): Promise<MaskEvents> {
  const client = stage.aws.client(SecretsManagerClient);
  let unknown: unknown;
  const masks = await eachOf(services, async (service) => {
    const mask = await readMask(client, stage.plan, service, longestEvent).catch((error: unknown): Mask => {
      unknown = error;
      return byForm;
    });
    return [service.key, mask] as const;
  });
  if (unknown !== undefined && !stage.signal.aborted)
    stage.terminal.note(
      `What looks like a credential is masked; values of secrets are not known: ${reasonOf(unknown)}`,
    );
  const byService = new Map(masks);
  return (events) =>
    events.map((event) => ({ ...event, text: (byService.get(event.service.key) ?? byForm)([event.text]).join("\n") }));
}
