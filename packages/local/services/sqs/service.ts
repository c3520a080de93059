import type { Place, QueueClient } from "../../endpoint/ports.ts";
import type { PassThrough } from "../../endpoint/service.ts";
import { createQueueClient } from "./client.ts";
import { buildEmulator, callEmulator } from "./emulator.ts";
import { queuePolicyProvider, queueProvider } from "./queue.ts";

export interface Sqs {
  readonly service: PassThrough;
  readonly queues: QueueClient;
  stop(): Promise<void>;
}

/** SQS in memory, by fauxqs, on a port of its own on loopback. */
export async function createSqs(ports: { readonly place: Place }): Promise<Sqs> {
  const app = buildEmulator(ports.place);
  const call = (operation: string, input: object) => callEmulator(app, operation, input);
  const target = await app.listen({ host: "127.0.0.1", port: 0 });
  const stop = () => app.close();
  return {
    service: {
      signingName: "sqs",
      target,
      resources: { "AWS::SQS::Queue": queueProvider(ports.place, call), "AWS::SQS::QueuePolicy": queuePolicyProvider },
      stop,
    },
    queues: createQueueClient(call),
    stop,
  };
}
