import type { QueueClient } from "#endpoint/core/ports.ts";
import type { PassThrough } from "#endpoint/core/service.ts";
import { createQueueClient } from "./client.ts";
import { buildEmulator, callEmulator, operations, type SqsPorts } from "./emulator.ts";
import { resourcesOf } from "./resources.ts";

export interface Sqs {
  readonly service: PassThrough;
  readonly queues: QueueClient;
  stop(): Promise<void>;
}

/** SQS in memory, by fauxqs. */
export async function createSqs({ place }: SqsPorts): Promise<Sqs> {
  const app = buildEmulator(place);
  const call = (operation: string, input: object) => callEmulator(app, operation, input);
  await app.ready();
  const stop = () => app.close();
  return {
    service: {
      signingName: "sqs",
      emulator: app.routing,
      known: operations,
      resources: resourcesOf(place, call),
      stop,
    },
    queues: createQueueClient(call),
    stop,
  };
}
