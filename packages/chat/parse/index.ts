import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Incident } from "../incident/incident.ts";
import { readAlarmEvent } from "./alarm-event.ts";
import { readAlarmMessage } from "./alarm-message.ts";
import { readAwsEvent } from "./aws-event.ts";
import { readAwsMessage } from "./aws-message.ts";
import { readClosing } from "./closing.ts";
import { readDeployment } from "./deployment.ts";
import { type Arrival, unwrap } from "./envelope.ts";
import { readFleetNotice } from "./fleet-notice.ts";
import { Nudge } from "./nudge.ts";
import type { Parsed, Reader } from "./reader.ts";
import { readRotation } from "./rotation.ts";
import { readServiceAction } from "./service-action.ts";
import { readTask } from "./task.ts";

export type { Parsed } from "./reader.ts";

const readers: readonly Reader[] = [
  readTick,
  readClosing,
  readAlarmMessage,
  readAlarmEvent,
  readDeployment,
  readTask,
  readServiceAction,
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
  return { kind: "incident", incident: noticeOf(arrival) };
}

function readTick({ event, json }: Arrival): Parsed | undefined {
  const scheduled = event?.source === "aws.events" && event["detail-type"] === "Scheduled Event";
  return scheduled || v.is(Nudge, json) ? { kind: "tick" } : undefined;
}

/** What has no reader of its own: a notice of another service, or what somebody wrote. */
function noticeOf(arrival: Arrival): Incident {
  const { text, event, at } = arrival;
  const identity = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const { title, severity, facts, text: said } = event === undefined ? readAwsMessage(arrival) : readAwsEvent(event);
  return {
    subject: `notice:${identity}`,
    change: `notice:${identity}:${event?.id ?? at}`,
    at,
    phase: "notice",
    severity,
    service: undefined,
    story: {
      kind: "notice",
      fleet: undefined,
      title: title.trim() || "Unrecognized message",
      facts: [...facts],
      text: said,
    },
  };
}
