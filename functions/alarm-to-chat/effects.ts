import { enrich } from "#chat/enrichment.ts";
import type { Clock, Log, RoadPorts } from "#chat/ports.ts";
import { environment } from "./environment.ts";
import { createIncidentTable } from "./incident-table.ts";
import { sources } from "./sources/index.ts";
import { readSpeakers } from "./speakers.ts";

const clock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export const log: Log = (entry) => {
  process.stdout.write(`${JSON.stringify(entry)}\n`);
};

export const ports: RoadPorts = {
  store: createIncidentTable(environment.INCIDENT_TABLE),
  clock,
  log,
  speakers: () => readSpeakers(environment.CHAT_SETTINGS, environment.CHAT_SECRET_ARN, log),
  look: (question) =>
    enrich(
      question,
      sources,
      // The message goes out without it.
      (error) =>
        log({ level: "warn", message: "Not looked up", reason: error instanceof Error ? error.name : "unknown" }),
      clock.sleep,
    ),
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html: ten at once. */
const visibilityBatch = 10;

/** Leaves messages in the queue for as long as a chat asked; without it they come back with the queue's own timeout. */
export async function deferInQueue(
  messages: readonly { readonly receipt: string; readonly afterMs: number }[],
): Promise<void> {
  if (messages.length === 0) return;
  const { ChangeMessageVisibilityBatchCommand, SQSClient } = await import("@aws-sdk/client-sqs");
  const client = new SQSClient({});
  for (let from = 0; from < messages.length; from += visibilityBatch) {
    const Entries = messages.slice(from, from + visibilityBatch).map(({ receipt, afterMs }, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: Math.ceil(afterMs / 1000),
    }));
    const { Failed = [] } = await client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: environment.ALARM_QUEUE_URL, Entries }),
    );
    if (Failed.length > 0)
      log({ level: "warn", message: "Not deferred; back after the queue's timeout", count: Failed.length });
  }
}
