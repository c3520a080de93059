import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { eachOf } from "#aws/batches.ts";
import { harmless } from "#chat/text/harmless.ts";
import { createMask, type Mask, readMask } from "#evidence/mask.ts";
import type { Stage } from "../stage.ts";
import type { LogEvent, Source } from "./source.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: no event is longer. */
const longestEvent = 1024 * 1024;
/** Whatever looks like a credential, where no value may be read. */
const byForm = createMask([], longestEvent);

export interface Masks {
  /** Events without the values of the secrets that their services get, nor what looks like a credential. */
  mask(events: readonly LogEvent[]): readonly LogEvent[];
  /** Why some values could not be read: of those services, credentials are known by their form alone. */
  readonly unread: unknown;
}

export async function readMasks({ aws, plan }: Stage, { services }: Source): Promise<Masks> {
  const client = aws.client(SecretsManagerClient);
  // The map has them: a log that says that one is still in place is to be read.
  const placeholders = new Set(
    plan.secrets.flatMap(({ keys }) =>
      Object.values(keys).flatMap((key) => ("placeholder" in key ? key.placeholder : [])),
    ),
  );
  let unread: unknown;
  const masks = await eachOf(services, async (service) => {
    const mask = await readMask(client, plan, service, longestEvent, placeholders).catch((error: unknown): Mask => {
      unread = error;
      return byForm;
    });
    return [service.key, mask] as const;
  });
  const byService = new Map(masks);
  return {
    unread,
    mask: (events) =>
      events.map((event) => {
        const text = (byService.get(event.service.key) ?? byForm)([event.text]).join("\n");
        // Characters that drive a terminal are made visible as well: what holds nothing else stays as it was written.
        return text === harmless(event.text) ? event : { ...event, text };
      }),
  };
}
