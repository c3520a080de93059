import { createHash } from "node:crypto";
import type { Incident } from "../incident/incident.ts";
import { readAlarmEvent } from "./alarm-event.ts";
import { readAlarmMessage } from "./alarm-message.ts";
import { readDeployment } from "./deployment.ts";
import { type Arrival, unwrap } from "./envelope.ts";
import { readFleetNotice } from "./fleet-notice.ts";
import type { Parsed, Reader } from "./reader.ts";
import { readRotation } from "./rotation.ts";
import { readTask } from "./task.ts";

export type { Parsed } from "./reader.ts";

const readers: readonly Reader[] = [
  readTick,
  readAlarmMessage,
  readAlarmEvent,
  readDeployment,
  readTask,
  readRotation,
  readFleetNotice,
];

/**
 * Reads a message from the queue. Never throws: what no reader recognizes becomes an incident with the original text,
 * so a new shape yields a plain message, not a lost one.
 */
export function parse(body: string, sentAt: number): Parsed {
  const arrival = unwrap(body, sentAt);
  for (const read of readers) {
    const parsed = read(arrival);
    if (parsed !== undefined) return parsed;
  }
  return { kind: "incident", incident: unknownOf(arrival) };
}

function readTick({ event }: Arrival): Parsed | undefined {
  return event?.source === "aws.events" && event["detail-type"] === "Scheduled Event" ? { kind: "tick" } : undefined;
}

function unknownOf({ text, subject, event, at }: Arrival): Incident {
  const identity = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return {
    subject: `unknown:${identity}`,
    change: `unknown:${identity}:${event?.id ?? at}`,
    at,
    phase: "notice",
    severity: "warning",
    service: undefined,
    story: { kind: "unknown", title: subject ?? event?.["detail-type"] ?? "Unrecognized message", text },
  };
}
