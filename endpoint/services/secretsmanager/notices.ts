import { randomUUID } from "node:crypto";
import type { Clock, EventBus, Place } from "#endpoint/core/ports.ts";
import type { Secret } from "./secret.ts";
import { type LabelMove, PENDING, PREVIOUS } from "./versions.ts";

export type RotationEvent =
  | "RotationStarted"
  | "RotationSucceeded"
  | "RotationFailed"
  | "RotationAbandoned"
  | "TestRotationFailed";

/** What Secrets Manager publishes on the event bus: labels and outcomes, never a value. */
export interface Notices {
  labelsMoved(secret: Secret, moves: readonly LabelMove[]): void;
  rotation(secret: Secret, event: RotationEvent): void;
}

export function createNotices(place: Place, clock: Clock, bus: EventBus): Notices {
  const source = "aws.secretsmanager";
  return {
    labelsMoved(secret, moves) {
      for (const { label, versionId } of moves) {
        if (label === PENDING || label === PREVIOUS) continue;
        bus.put({
          source,
          detailType: "Secret Label Updated",
          resources: [secret.arn],
          detail: { name: secret.name, labelUpdated: label, versionId },
        });
      }
    },
    rotation(secret, eventName) {
      bus.put({
        source,
        detailType: "AWS Service Event via CloudTrail",
        resources: [],
        detail: {
          eventVersion: "1.11",
          userIdentity: { accountId: place.account, invokedBy: "secretsmanager.amazonaws.com" },
          eventTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, "Z"),
          eventSource: "secretsmanager.amazonaws.com",
          eventName,
          awsRegion: place.region,
          sourceIPAddress: "secretsmanager.amazonaws.com",
          userAgent: "secretsmanager.amazonaws.com",
          requestParameters: null,
          responseElements: null,
          additionalEventData: { SecretId: secret.arn },
          eventID: randomUUID(),
          readOnly: false,
          eventType: "AwsServiceEvent",
          managementEvent: true,
          recipientAccountId: place.account,
          eventCategory: "Management",
        },
      });
    },
  };
}
